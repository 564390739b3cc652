"""Validation beside two validating resolvers, Unbound and Knot Resolver, over a random internet of real name servers, a quarter of
whose signed zones is broken: where those two agree, the scanner agrees with them. CAASCAN_DIFFERENTIAL_SEED is another internet.
"""

import collections
import concurrent.futures
import functools
import json
import os
import pathlib
import random
import typing

import zone_faults
from harness import CAASCAN, Case, Server, main
from random_zones import ROOT, SUB_ZONES_BY_BIND, SUB_ZONES_BY_NSD, TLDS, ZONES_BY_BIND, ZONES_BY_NSD, Internet
from real_zones import RealServers
from signed_zones import SignedInternet
from validator import RCODE_NOERROR, RESOLVER, TYPE_SOA, Validator, climb, look

SEED = os.environ.get("CAASCAN_DIFFERENTIAL_SEED", "8659")
# Knot has sound zones only: where NSEC records are missing it crashes.
SOFTWARE = {ROOT: "nsd", TLDS: "knot", ZONES_BY_NSD: "nsd", ZONES_BY_BIND: "bind", SUB_ZONES_BY_NSD: "nsd", SUB_ZONES_BY_BIND: "bind"}
KNOT_RESOLVER = ("127.0.5.3", 5353)
LEAST_NAMES, LEAST_AGREEMENT = 2000, 0.9
QUESTIONS_AT_ONCE = 48
ISSUER = "letsencrypt.org"
SCAN_PATIENCE_S = 300


class Level:
    """The zones of one address, as real_zones.py takes them."""

    def __init__(self, internet, signed, address):
        self.folder = signed.folder
        self._zones = [{"zone": zone.name or ".", "file": signed.file_of(zone), "servers": [address]}
                       for zone in internet.zones if zone.address == address]

    def sound_zones(self):
        return self._zones


class KnotResolver:
    """kresd, validating from these hints and this trust anchor; stop() ends it. Every question is asked anew: what one answer
    proved is used for no other name (RFC 8198 would have it otherwise)."""

    def __init__(self, folder, hints, anchor, probe):
        config = folder / "kresd.conf"
        config.write_text("\n".join([
            f"net.listen('{KNOT_RESOLVER[0]}', {KNOT_RESOLVER[1]})", "net.ipv6 = false", "net.bufsize(4096)",
            "option('ALLOW_LOCAL', true)", "cache.size = 20 * MB", "modules = { 'hints > iterate' }",
            "modules.unload('priming')", "modules.unload('ta_update')", "modules.unload('ta_signal_query')",
            "modules.unload('detect_time_skew')", "modules.unload('detect_time_jump')", f"hints.root_file('{hints}')",
            "trust_anchors.remove('.')", f"trust_anchors.add_file('{anchor}', true)",
            "policy.add(policy.all(policy.FLAGS('NO_CACHE')))"]) + "\n")
        self.server = Server(["kresd", "-n", "-c", str(config), str(folder)], folder / "kresd.log")
        self.server.wait_until(lambda: _answers(probe))

    def stop(self):
        return self.server.stop()


def _answers(probe):
    try:
        return look(probe, TYPE_SOA, resolver=KNOT_RESOLVER).rcode == RCODE_NOERROR
    except OSError:
        return False


def _issuer(rdata):
    """Of an issue property; None where it is another one."""
    tag, value = rdata[2:2 + rdata[1]], rdata[2 + rdata[1]:]
    return value.decode().partition(";")[0].strip() if tag.lower() == b"issue" else None


def _decision(climbed):
    issuers = [_issuer(rdata) for rdata in climbed.caa]
    issuers = [issuer for issuer in issuers if issuer is not None]
    return "permit" if not issuers or ISSUER in issuers else "deny"


class Verdict(typing.NamedTuple):
    """What a climb came to. A failure has no state where the oracles get no answer with checking disabled either: it may be bogus
    besides, but they cannot tell. `at` is the name that failed."""
    state: str
    decision: str
    at: typing.Optional[str]


def of_climb(climbed):
    if not climbed.failed:
        return Verdict(climbed.state, _decision(climbed), None)
    return Verdict("bogus" if climbed.state == "bogus" else "", "failure", climbed.at)


def of_record(record):
    bogus = record["dnssec"] == "bogus"
    if bogus != (record["reason"] == "dnssec_bogus") or bogus and (record["outcome"] != "servfail" or record["may_issue"]):
        return Verdict("contradiction", record["reason"], None)
    if record["reason"] == "no_such_tld":  # To a resolver that is an empty answer, to a CA no permission.
        return Verdict(record["dnssec"], "permit", None)
    if record["outcome"] in ("permit", "deny"):
        return Verdict(record["dnssec"], record["outcome"], None)
    return Verdict("bogus" if bogus else "", "failure", record.get("failed_at"))


def agree(one, other):
    """But for the place of a failure: Unbound takes a zone for bogus whose parent cannot prove that there is no zone between."""
    return one[:2] == other[:2]


def fits(scanned, oracles):
    state, decision, _ = oracles[0]
    return scanned.decision == decision and scanned.state in (state, "bogus" if state == "" else state) and scanned.at in {
        oracle.at for oracle in oracles}


class Differential(Case):

    def setUp(self):
        super().setUp()
        rng = random.Random(SEED)
        self.internet = Internet(rng)
        zone_faults.deal(self.internet, rng)
        zones = self.folder / "zones"
        zones.mkdir()
        signed = SignedInternet(self.internet, zones, SEED)
        self.anchor = signed.anchor
        self.files = [signed.folder / signed.file_of(zone) for zone in self.internet.zones]
        self.hints = self.file("root.hints", f". 3600 NS ns.\nns. 3600 A {ROOT}\n")
        for address, software in SOFTWARE.items():
            folder = self.folder / address
            folder.mkdir()
            servers = RealServers(Level(self.internet, signed, address), software, folder)
            self.addCleanup(servers.stop)

    def oracle(self, resolver, names):
        """{name: what its climb came to}."""
        cached = functools.cache(functools.partial(look, resolver=resolver))
        with concurrent.futures.ThreadPoolExecutor(QUESTIONS_AT_ONCE) as pool:
            return dict(zip(names, pool.map(lambda name: of_climb(climb(name, cached)), names)))

    def scanned(self, inputs, *more):
        """Records by name."""
        options = ["--root-hints", self.hints, "--trust-anchor", self.anchor, "--port", "53", "--allow-special", "--dnssec", "validate",
                   "--server-rate", "0", "--server-inflight", "0"]
        output = self.folder / "records.ndjson"
        done = self.run_program(CAASCAN, "scan", *options, *more, *inputs, "--overwrite", "-o", output, patience_s=SCAN_PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return {record["name"]: record for record in map(json.loads, output.read_text().splitlines())}

    def test_agrees_where_the_oracles_agree(self):
        zones = self.internet.names()
        names = list(zones)
        unbound = Validator(self.folder, self.hints, self.anchor, extra=["max-udp-size: 4096"], probe="nsec")
        self.addCleanup(unbound.stop)
        knot = KnotResolver(self.folder, self.hints, self.anchor, probe="nsec")
        self.addCleanup(knot.stop)
        by_unbound, by_knot = self.oracle(RESOLVER, names), self.oracle(KNOT_RESOLVER, names)
        records = self.scanned([self.file("names.txt", "".join(name + "\n" for name in names))])
        agreed = [name for name in names if agree(by_unbound[name], by_knot[name])]
        wrong = [name for name in agreed if not fits(of_record(records[name]), (by_unbound[name], by_knot[name]))]
        for name in names:
            if name not in agreed or name in wrong:
                self.explain(name, zones[name], by_unbound[name], by_knot[name], records[name])
        broken = sorted(zone.fault_kind for zone in self.internet.zones if zone.fault_kind)
        print(f"seed {SEED}: {len(broken)} zones broken: {', '.join(broken)}")
        print(f"seed {SEED}: {len(names)} names, the oracles agree on {len(agreed)}:",
              *(f"{count} {state} {decision}," for (state, decision), count in
                sorted(collections.Counter(by_unbound[name][:2] for name in agreed).items())), f"{len(wrong)} scanned otherwise")
        self.assertGreaterEqual(len(agreed), LEAST_NAMES)
        self.assertGreaterEqual(len(agreed), LEAST_AGREEMENT * len(names))
        self.assertEqual(wrong, [])

    def test_zone_files_prove_what_their_servers_do(self):
        """Each zone's own file, signed as it is, gives the verdicts that its servers alone give, and Unbound's."""
        records, by_servers = (self.scanned(self.files, "--input-format", "zone", *more) for more in ([], ["--denials", "0"]))
        kept = ("outcome", "reason", "may_issue", "dnssec", "zone", "failed_at")
        told = [{name: {key: record.get(key) for key in kept} for name, record in of.items()} for of in (records, by_servers)]
        self.maxDiff = None
        self.assertEqual(*told)
        unbound = Validator(self.folder, self.hints, self.anchor, extra=["max-udp-size: 4096"], probe="nsec")
        self.addCleanup(unbound.stop)
        by_unbound = self.oracle(RESOLVER, list(records))
        wrong = {name: (verdict, of_record(records[name])) for name, verdict in by_unbound.items()
                 if not fits(of_record(records[name]), (verdict,))}
        print(f"seed {SEED}: {len(records)} delegations of {len(self.files)} files:",
              collections.Counter(record["dnssec"] for record in records.values()), f"{len(wrong)} not as Unbound says")
        for name, verdicts in wrong.items():
            print(name, *verdicts)
        self.assertLessEqual(len(wrong), (1 - LEAST_AGREEMENT) * len(records))

    def explain(self, name, zone, by_unbound, by_knot, record):
        print(f"{name}: Unbound {tuple(by_unbound)}, Knot Resolver {tuple(by_knot)}, caascan {tuple(of_record(record))}")
        print("  ", json.dumps(record))
        for link in zone.chain():
            print("  ", link)


if __name__ == "__main__":
    main()
