"""Validation against the lab, whose truth about signed zones Unbound agrees with (secure_lab_test.py): outcomes, reasons, states,
findings and may_issue are what follows from the zones."""

import json
import pathlib

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import Lab

LAB_DATA = SOURCE / "datasets" / "lab"
FIELDS = "outcome,reason,dnssec,may_issue,caa"
MIX_NAMES = 3_000
# One lab plays all servers, and signs as it answers: more names at once would only be lost in its queue.
GENTLE = ("--concurrency", "500")
PATIENCE_S = 500  # Names whose servers are all silent are asked for a minute or two.

# One address serves zones and zones below them, signed and not, and never refers to the lower ones.
_TOGETHER = [{"host": "a.nic.test.", "addresses": ["127.0.2.9"]}]
_CAA = '@ CAA 0 issue "letsencrypt.org"'
_AUTHORIZED = "issuer_authorized"


def _drops(rtype):
    return {"fault": "drop", "types": [rtype]}


TOGETHER = {
    "description": "Zones that share servers with their parents, and servers that fail at what validation needs.",
    "zones": [
        {"zone": ".", "servers": [{"host": "a.root-servers.test.", "addresses": ["127.0.1.1"]}], "dnssec": True},
        {"zone": "test", "servers": _TOGETHER, "dnssec": True},
        {"zone": "co.test", "servers": _TOGETHER, "dnssec": {"denial": "nsec3", "algorithm": "ED25519"},
         "records": [_CAA, "www A 127.9.0.1", "alias CNAME www.open.test.", "away CNAME www.shop.co.test."],
         "expect": [{"reason": _AUTHORIZED, "dnssec": "secure"},
                    {"name": "www.co.test", "reason": _AUTHORIZED, "dnssec": "secure"},
                    {"name": "nothing.co.test", "reason": _AUTHORIZED, "dnssec": "secure"},
                    {"name": "away.co.test", "reason": "issuer_not_authorized", "dnssec": "secure"},
                    {"name": "alias.co.test", "reason": "issuer_not_authorized", "dnssec": "insecure"}]},
        {"zone": "shop.co.test", "dnssec": True, "records": ['www CAA 0 issue "ca.example"'],
         "expect": [{"reason": _AUTHORIZED, "dnssec": "secure"},
                    {"name": "www.shop.co.test", "reason": "issuer_not_authorized", "dnssec": "secure"}]},
        {"zone": "plain.co.test", "records": [_CAA],
         "expect": [{"reason": _AUTHORIZED, "dnssec": "insecure"}]},
        {"zone": "open.test", "servers": _TOGETHER, "records": ['www CAA 0 issue "ca.example"', "mail A 127.9.0.1"],
         "expect": [{"reason": "no_caa", "dnssec": "insecure"},
                    {"name": "www.open.test", "reason": "issuer_not_authorized", "dnssec": "insecure"},
                    {"name": "mail.open.test", "reason": "no_caa", "dnssec": "insecure"},
                    {"name": "a.b.open.test", "reason": "no_caa", "dnssec": "insecure"}]},
        {"zone": "deep.open.test", "records": [_CAA], "expect": [{"reason": _AUTHORIZED, "dnssec": "insecure"}]},
        {"zone": "x.ent.test", "servers": _TOGETHER, "records": [_CAA],
         "expect": [{"reason": _AUTHORIZED, "dnssec": "insecure"},
                    {"name": "a.x.ent.test", "reason": _AUTHORIZED, "dnssec": "insecure"}]},
        {"zone": "bad.test", "servers": _TOGETHER, "dnssec": {"faults": ["expired"]}, "records": [_CAA],
         "expect": [{"reason": "dnssec_bogus", "findings": ["dnssec_signature_expired"]}]},
        {"zone": "half.test", "dnssec": True, "records": [_CAA],
         "servers": [{}, {"faults": [{"fault": "rcode", "rcode": "FORMERR", "edns": "with"}]}],
         "expect": [{"reason": _AUTHORIZED, "dnssec": "secure"}]},
        {"zone": "old.test", "dnssec": True, "records": [_CAA],
         "servers": [{}, {"faults": [{"fault": "nodata", "types": ["CAA"]}]}],
         "expect": [{"reason": _AUTHORIZED, "dnssec": "secure"}]},
        {"zone": "onekey.test", "dnssec": True, "records": [_CAA], "servers": [{}, {"faults": [_drops("DNSKEY")]}],
         "expect": [{"reason": _AUTHORIZED, "dnssec": "secure"}]},
        # Nobody is called bogus whose keys merely did not come; and no failure below a signed delegation is permission.
        {"zone": "silentkey.test", "dnssec": True, "records": [_CAA], "faults": [_drops("DNSKEY")],
         "expect": [{"reason": "no_response", "dnssec": "secure", "findings": ["dnssec_no_dnskey"]}]},
        {"zone": "brokenkey.test", "dnssec": True, "records": [_CAA],
         "faults": [{"fault": "rcode", "rcode": "SERVFAIL", "types": ["DNSKEY"]}],
         "expect": [{"reason": "servfail", "dnssec": "secure", "findings": ["dnssec_no_dnskey"]}]},
        {"zone": "dead.open.test", "faults": [{"fault": "drop"}], "expect": [{"reason": "no_response", "dnssec": "insecure"}]},
        {"zone": "dead.test", "dnssec": True, "faults": [{"fault": "drop"}],
         "expect": [{"reason": "no_response", "dnssec": "secure"}]},
    ],
}


def dnssec_findings(record):
    return sorted(finding["code"] for finding in record.get("findings", ()) if finding["code"].startswith("dnssec_"))


class Dnssec(harness.Case):

    def start(self, **lab):
        self.lab = Lab(self.folder, **lab)
        self.addCleanup(self.lab.stop)

    def options(self):
        # One lab plays all servers.
        return [*self.lab.options(), "--server-rate", "0", "--server-inflight", "0"]

    def check_truth(self, *options):
        """Every name of the lab; the records by name."""
        names, truth, records = (str(self.folder / name) for name in ("names.txt", "truth.ndjson", "records.ndjson"))
        pathlib.Path(names).write_bytes(self.run_program(CAALAB, "names", *self.lab.world).stdout)
        pathlib.Path(truth).write_bytes(self.run_program(CAALAB, "truth", *self.lab.world, names).stdout)
        done = self.run_program(CAASCAN, "scan", *self.options(), *options, names, "--overwrite", "-o", records,
                                patience_s=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        compared = self.run_program(CAALAB, "compare", "--fields", FIELDS, truth, records)
        self.assertEqual(compared.returncode, 0, compared.stdout.decode())
        found = {record["name"]: record for record in map(json.loads, pathlib.Path(records).read_text().splitlines())}
        for want in map(json.loads, pathlib.Path(truth).read_text().splitlines()):
            self.assertEqual(dnssec_findings(found[want["name"]]), dnssec_findings(want), found[want["name"]])
        return found

    def test_scenario(self):
        self.start(scenario=str(LAB_DATA / "dnssec.json"))
        found = self.check_truth("--timeout", "500")
        states = {(record["dnssec"], record["outcome"], record["may_issue"]) for record in found.values()}
        self.assertLessEqual({("secure", "permit", True), ("secure", "deny", False), ("insecure", "permit", True),
                              ("bogus", "servfail", False), ("secure", "timeout", False), ("insecure", "timeout", True)}, states)

    def test_zones_that_share_servers_and_servers_that_fail(self):
        self.start(scenario=self.file("together.json", json.dumps(TOGETHER)))
        self.check_truth("--timeout", "500")

    def test_one_name_at_a_time(self):
        self.start(scenario=self.file("together.json", json.dumps(TOGETHER)))
        self.check_truth("--timeout", "500", "--threads", "1", "--concurrency", "1")

    def test_internet_mix(self):
        self.start(scenario=None, mix=str(LAB_DATA / "mix-internet.json"), names=MIX_NAMES, seed=7)
        self.check_truth(*GENTLE)

    def test_broken_mix(self):
        self.start(scenario=None, mix=str(LAB_DATA / "mix-broken.json"), names=MIX_NAMES, seed=7)
        self.check_truth(*GENTLE)

    def test_evidence(self):
        self.start(scenario=str(LAB_DATA / "dnssec.json"))
        record, = self.scan(*self.options(), "--recheck", "0", names=["www.nsec3-expired.test"])
        finding = next(f for f in record["findings"] if f["code"] == "dnssec_signature_expired")
        self.assertEqual(finding["zone"], "nsec3-expired.test")
        self.assertRegex(finding["evidence"], r"^zone nsec3-expired\.test, .* key \d+, algorithm 13, "
                                              r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ to .*: the signature has expired$")

    def test_off(self):
        self.start(scenario=str(LAB_DATA / "dnssec.json"))
        record, = self.scan(*self.options(), "--dnssec", "off", names=["www.nsec3-expired.test"])
        self.assertEqual((record["outcome"], record["dnssec"]), ("permit", "unchecked"))

    def test_a_wrong_anchor_is_an_error_at_the_start(self):
        self.start(scenario=str(LAB_DATA / "dnssec.json"))
        anchor = self.file("wrong.anchor", ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n")
        own = ["--root-hints", self.lab.hints, "--port", str(self.lab.port), "--allow-special"]
        for wrong in (own, [*own, "--trust-anchor", anchor]):  # Without one it is IANA's.
            done = self.run_program(CAASCAN, "scan", *wrong, "-", stdin=b"test\n")
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stdout, b"")
            self.assert_one_clear_line(done, "trust anchor", "20326")

    def test_an_unsigned_root_is_no_error_where_it_is_ones_own(self):
        self.start()  # basic.json
        for retries in ("0", "2", "20"):
            done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--retries", retries, "-", stdin=b"www.example.com\n")
            self.assertEqual(json.loads(done.stdout)["dnssec"], "unchecked")
            self.assert_one_clear_line(done, "answers unchecked", "not signed")
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--dnssec", "validate", "-", stdin=b"www.example.com\n")
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assert_one_clear_line(done, "trust anchor", "no DNSKEY")

    def test_a_silent_root_is_no_wrong_anchor(self):
        self.start(scenario=str(LAB_DATA / "dnssec.json"))
        options = self.options()
        self.lab.stop()
        record, = self.scan(*options, "--recheck", "0", "--timeout", "200", names=["www.test"])
        self.assertEqual((record["outcome"], record["may_issue"]), ("timeout", False), record)


if __name__ == "__main__":
    harness.main()
