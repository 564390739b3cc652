"""The lab says what real servers say: its zones, exported and served by NSD, Knot DNS and BIND, give the same answers.

Every name of the scenarios whose zones a real server can express is climbed for CAA through Unbound: in front of the lab, and
in front of each kind of real server. Each step must agree on RCODE, AD, CAA set and aliases; and what the climb comes to
must be what caalab truth says. Then lab and real server are asked directly, zone by zone, for what is there and what is not. The lab itself, serving the exported files as they are, is held
against this too.

Not compared, because servers differ and may:
- the additional section, and NS sets beside positive answers (RFC 9471 asks for glue in referrals only; answers may be minimal);
- the order of records, and which size makes an answer TC: over TCP everything comes;
- keys and signatures as such (an export and a serving lab have different ones): RRSIGs count by owner, type covered, labels, TTL;
- what comes after an alias that leads out of the zone or in a circle: BIND goes on in other zones that it has, and fails a circle;
- proofs of zones with minimal denial, which files cannot have, and proofs about a wildcard's own name, where NSD adds one;
- answers with DO from zones whose signing is broken: without a DNSKEY NSD takes a zone for an unsigned one. Unbound judges them,
  but for zones without signed NSEC or NSEC3 records on BIND, which sends no signatures from those at all.
"""

import json
import subprocess

import dns.flags
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

import harness
import real_zones
from harness import CAALAB, SOURCE, Server
from real_zones import RESOLVER, RESOLVER_PORT, ask

REAL_SERVERS = tuple(real_zones.SOFTWARE)
FILES = "the lab on the files"
# What the climb of an ordinary resolver can show; other failures are no matter of zone data.
VISIBLE_REASONS = {"dnssec_bogus", "alias_loop", "unresolvable_servers"}
# Zones with a DNSKEY but no signed NSEC at their apex, nor NSEC3PARAM: BIND takes them for unsigned ones, and leaves the signatures
# out of the positive answers too, which are then bogus. The lab takes away no more than the description says.
UNSIGNED_TO_BIND = {"no-proof-of-no-ds.test", "own.nsec-missing.test", "caa.wildcards-nsec.test", "caa.wildcards-minimal.test"}
MAX_REPORTED = 3
MAX_OWNERS = 30  # Of one zone that are asked for.


def climb(name):
    """What Unbound says of each name from this one to its TLD, up to the first CAA set or failure."""
    steps = []
    at = dns.name.from_text(name.removeprefix("*."))
    while at != dns.name.root:
        answer = ask(RESOLVER, at, "CAA", port=RESOLVER_PORT, flags=dns.flags.RD | dns.flags.AD, timeout=60)
        caa = [r for r in answer.answer if r.rdtype == dns.rdatatype.CAA]
        aliases = sorted((r.name.to_text().lower(), r[0].target.to_text().lower())
                         for r in answer.answer if r.rdtype == dns.rdatatype.CNAME)
        steps.append({"name": at.to_text(), "rcode": dns.rcode.to_text(answer.rcode()), "ad": bool(answer.flags & dns.flags.AD),
                      "caa": [(r.name.to_text().lower().rstrip("."), sorted(rdata.to_wire() for rdata in r)) for r in caa], "cname": aliases})
        if caa or answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            break
        at = at.parent()
    return steps


def _bytes_of(text):
    """A tag or value of a record: printable ASCII, \\DDD and \\\\ (contract of the record)."""
    out, i = bytearray(), 0
    while i < len(text):
        if text[i] != "\\":
            out.append(ord(text[i]))
            i += 1
        elif text[i + 1] == "\\":
            out.append(ord("\\"))
            i += 2
        else:
            out.append(int(text[i + 1:i + 4]))
            i += 4
    return bytes(out)


def truth_set(record):
    """(owner, sorted RDATA) of the CAA set that decides, or None."""
    if "caa" not in record:
        return None
    wire = []
    for each in record["caa"]["records"]:
        tag = _bytes_of(each["tag"])
        wire.append(bytes([each["flags"], len(tag)]) + tag + _bytes_of(each["value"]))
    return record["caa"]["owner"], sorted(wire)


def status_of(steps):
    """secure, insecure or bogus, as a climb shows it."""
    if steps[-1]["rcode"] not in ("NOERROR", "NXDOMAIN"):
        return "bogus"
    return "secure" if all(step["ad"] for step in steps) else "insecure"


class Questions:
    """What to ask a zone: everything that is there, and something of every kind that is not."""

    def __init__(self, export, zone):
        self.apex = dns.name.from_text(zone["zone"])
        owners = {}
        for line in (export.folder / zone["file"]).read_text().splitlines():
            owner, _, _, rtype, _ = line.split(maxsplit=4)
            owners.setdefault(dns.name.from_text(owner), set()).add(dns.rdatatype.from_text(rtype))
        chain = {dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3}
        self.owners = {owner: types - chain for owner, types in owners.items() if types - chain}
        self.cuts = {owner for owner, types in self.owners.items() if dns.rdatatype.NS in types and owner != self.apex}

    def all(self):
        """[(name, type)]"""
        out = {(self.apex, t) for t in ("SOA", "NS", "CAA", "A", "TXT", "DNSKEY", "TYPE65280")}
        absent = dns.name.from_text("honest-absent", self.apex)
        out |= {(absent, "CAA"), (dns.name.from_text("a.b", absent), "A"), (dns.name.from_text("zzzz", self.apex), "CAA")}
        picked = sorted(self.owners)
        step = max(1, len(picked) // MAX_OWNERS)
        for owner in picked[::step]:
            out |= self._about(owner)
        return sorted(out, key=lambda question: (question[0], str(question[1])))

    def _about(self, owner):
        out = {(owner, "CAA"), (owner, "A")}
        if owner != self.apex:
            out.add((owner, "DS"))
        out |= {(owner, dns.rdatatype.to_text(rtype)) for rtype in self.owners[owner]}
        out.add((dns.name.from_text("honest-below", owner), "CAA"))
        if owner.is_wild():
            out |= {(dns.name.from_text(text, owner.parent()), t) for text in ("w", "v.w") for t in ("CAA", "A", "MX")}
        above = owner
        while above != self.apex:  # Empty non-terminals are among these.
            above = above.parent()
            out.add((above, "CAA"))
        return out


def _record_key(name, rdata, ttl):
    if rdata.rdtype == dns.rdatatype.RRSIG:
        return (name, "RRSIG", ttl, dns.rdatatype.to_text(rdata.type_covered), rdata.labels, rdata.original_ttl, rdata.signer.to_text().lower())
    if rdata.rdtype in (dns.rdatatype.DNSKEY, dns.rdatatype.DS):
        return (name, dns.rdatatype.to_text(rdata.rdtype), ttl)
    return (name, dns.rdatatype.to_text(rdata.rdtype), ttl, rdata.to_digestable())


def _keys(section, wanted):
    return sorted({_record_key(rrset.name.to_text().lower(), rdata, rrset.ttl) for rrset in section for rdata in rrset if wanted(rrset)}, key=repr)


def _ends_inside(aliases, apex):
    """Does the chain of aliases end at a name of the zone that is none?"""
    return all(target in aliases or target.is_subdomain(apex) for target in aliases.values()) and (
        not aliases or any(target not in aliases for target in aliases.values()))


class View:
    """What of an answer is compared."""

    def __init__(self, answer, zone):
        apex = dns.name.from_text(zone["zone"])
        aliases = {r.name: r[0].target for r in answer.answer if r.rdtype == dns.rdatatype.CNAME}
        leaves = not _ends_inside(aliases, apex)
        self.rcode = "any" if leaves else dns.rcode.to_text(answer.rcode())
        self.aa = bool(answer.flags & dns.flags.AA)
        self.answer = _keys(answer.answer, lambda r: r.name.is_subdomain(apex))
        ignored = set() if self.aa is False else {dns.rdatatype.NS}
        if zone["denial"] == "minimal" or answer.question[0].name.is_wild():
            ignored |= {dns.rdatatype.NSEC, dns.rdatatype.NSEC3}

        def compared(rrset):
            return (rrset[0].type_covered if rrset.rdtype == dns.rdatatype.RRSIG else rrset.rdtype) not in ignored

        self.authority = [] if leaves else _keys(answer.authority, compared)

    def as_tuple(self):
        return (self.rcode, self.aa, self.answer, self.authority)


class Backend:
    """The answers of one kind of server to everything that the test asks."""

    def __init__(self, export, names):
        self.climbs = {name: climb(name) for name in names}
        self.direct = {}
        for zone in export.sound_zones():
            if not zone["servers"] or not export.is_sound(zone["zone"]):
                continue
            answers = self.direct[zone["zone"]] = {}
            for name, qtype in Questions(export, zone).all():
                for dnssec_ok in (False,) if zone["signing_faults"] else (False, True):
                    answer = ask(zone["servers"][0], name, qtype, dnssec_ok)
                    answers[name.to_text(), qtype, dnssec_ok] = View(answer, zone).as_tuple()

    def climb_failed_again(self):
        for name, steps in self.climbs.items():
            if steps[-1]["rcode"] == "SERVFAIL":
                self.climbs[name] = climb(name)


def _report(differences):
    """The first differences, a line a field, the lab's side first."""
    lines = []
    for question, (lab, real) in list(differences.items())[:MAX_REPORTED]:
        lines.append(f"{question}, of {len(differences)} that differ:")
        for field, ours, theirs in zip(("rcode", "aa", "answer", "authority"), lab, real):
            if ours != theirs:
                lines += [f"  lab  {field}: {ours}", f"  real {field}: {theirs}"]
    return "\n".join(lines)


def ask_everything(export, names, folder, hints, anchor):
    """A Backend from servers that run. A second Unbound, with empty caches, has the last word on what failed: a real
    failure fails again, one of a machine that was busy does not."""
    unbound = real_zones.start_unbound(folder / "unbound", hints, anchor)
    try:
        backend = Backend(export, names)
    finally:
        unbound.stop()
    unbound = real_zones.start_unbound(folder / "unbound-again", hints, anchor)
    try:
        backend.climb_failed_again()
    finally:
        unbound.stop()
    return backend


class Honesty(harness.Case):

    def _lab_on_files_backend(self, export, names):
        """The lab again, now serving the exported files as they are."""
        zones = [{"zone": zone["zone"], "file": str(export.folder / zone["file"]), "servers": [{"addresses": zone["servers"]}]}
                 for zone in export.sound_zones()]
        scenario = self.file("files.json", json.dumps({"zones": zones}))
        return self._lab_backend(scenario, export, names, "lab-on-files")

    def _lab_backend(self, scenario, export, names, kind="lab"):
        folder = self.folder / kind
        folder.mkdir()
        hints, anchor = folder / "hints", folder / "anchor"
        lab = Server([CAALAB, "serve", "--scenario", scenario, "--port", "53", "--write-hints", str(hints), "--write-anchor", str(anchor)],
                     folder / "log")
        try:
            lab.wait_until(lambda: b"ready" in (folder / "log").read_bytes())
            return ask_everything(export, names, folder, export.folder / "root.hints" if kind == "lab-on-files" else hints, anchor)
        finally:
            lab.stop()

    def _real_backend(self, software, export, names):
        folder = self.folder / software
        folder.mkdir()
        servers = real_zones.RealServers(export, software, folder)
        try:
            return ask_everything(export, names, folder, export.folder / "root.hints", export.folder / "root.anchor")
        finally:
            servers.stop()

    def _check_truth(self, truth, steps, signed):
        if truth["reason"] in ("alias_loop", "unresolvable_servers"):
            self.assertEqual(steps[-1]["rcode"], "SERVFAIL")
            return
        if truth["reason"] != "dnssec_bogus":
            found = steps[-1]["caa"]
            self.assertEqual(tuple(found[0]) if found else None, truth_set(truth))
        if signed:
            self.assertEqual(status_of(steps), truth["dnssec"])

    def _compare(self, scenario_name, least_names, least_signed):
        scenario = str(SOURCE / "datasets" / "lab" / f"{scenario_name}.json")
        export = real_zones.Export(scenario, self.folder / "zones")
        lines = subprocess.run([CAALAB, "truth", "--scenario", scenario], check=True, capture_output=True, text=True).stdout
        truth = {record["name"]: record for record in map(json.loads, lines.splitlines())}
        names = [name for name, record in truth.items()
                 if export.is_sound(name.removeprefix("*.")) and (record["outcome"] in ("permit", "deny") or record["reason"] in VISIBLE_REASONS)]
        signed = export.zones["."]["signed"]
        lab = self._lab_backend(scenario, export, names)
        for name in names:
            with self.subTest(scenario=scenario_name, name=name, against="truth"):
                self._check_truth(truth[name], lab.climbs[name], signed)
        for software in (*REAL_SERVERS, FILES):
            real = self._lab_on_files_backend(export, names) if software == FILES else self._real_backend(software, export, names)
            for name in names:
                if software == "bind" and not export.has_whole_chains(name.removeprefix("*.")):
                    continue
                with self.subTest(scenario=scenario_name, name=name, against=software):
                    if software == "bind" and name in UNSIGNED_TO_BIND:
                        self.assertEqual((status_of(lab.climbs[name]), status_of(real.climbs[name])), ("secure", "bogus"))
                        continue
                    self.assertEqual(lab.climbs[name], real.climbs[name])
            for zone, answers in lab.direct.items():
                with self.subTest(scenario=scenario_name, zone=zone, against=software):
                    differences = {question: (answer, real.direct[zone][question])
                                   for question, answer in answers.items() if answer != real.direct[zone][question]}
                    self.assertFalse(differences, _report(differences))
        self.assertGreater(sum(len(answers) for answers in lab.direct.values()), 100)
        in_signed_zones = sum(export.enclosing(name.removeprefix("*."))[0]["signed"] for name in names)
        print(f"compared names of {scenario_name}: {len(names)}, in signed zones: {in_signed_zones}")
        self.assertGreaterEqual(len(names), least_names)
        self.assertGreaterEqual(in_signed_zones, least_signed)

    def test_basic(self):
        self._compare("basic", least_names=60, least_signed=0)

    def test_dnssec(self):
        self._compare("dnssec", least_names=200, least_signed=200)

    def test_honest(self):
        self._compare("honest", least_names=40, least_signed=40)


if __name__ == "__main__":
    harness.main()
