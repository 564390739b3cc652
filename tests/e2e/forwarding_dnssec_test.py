"""Forwarding mode with Unbound as the validating resolver before the lab: SERVFAIL taken apart by CD and extended errors, AD
believed, and --explain-iteratively. What can be known through a resolver must be what the zones make true."""

import json
import re

import harness
from harness import CAALAB, SOURCE
from lab import Lab
from validator import RESOLVER, Validator

LAB_DATA = SOURCE / "datasets" / "lab"
DECIDED = ("permit", "deny")
PATIENCE_S = 500

# What Unbound 1.17 tells of a cause, where its extended error says less than a finding, or another one fits as well. None is that
# it only says bogus.
TOLD = {
    "dnssec_no_dnskey": {"dnssec_no_dnskey"},
    "dnssec_ds_mismatch": {"dnssec_ds_mismatch"},
    "dnssec_signature_expired": {"dnssec_signature_expired"},
    "dnssec_signature_future": {"dnssec_signature_future"},
    "dnssec_signature_invalid": {"dnssec_signature_invalid"},
    # An NSEC without signature is a missing proof, too.
    "dnssec_signature_missing": {"dnssec_signature_missing", "dnssec_denial_missing"},
    # The SOA of an empty answer without NSEC has no signature either.
    "dnssec_denial_missing": {"dnssec_denial_missing", "dnssec_signature_missing", None},
    "dnssec_denial_invalid": {None},
}


def dnssec_findings(record):
    return {finding["code"] for finding in record.get("findings", ()) if finding["code"].startswith("dnssec_")}


class ForwardingDnssec(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, port=53, scenario=str(LAB_DATA / "dnssec.json"))
        self.addCleanup(self.lab.stop)
        self.validator = Validator(self.folder, self.lab.hints, self.lab.anchor, extra=["ede: yes"])
        self.addCleanup(self.validator.stop)
        self.truth = [record for record in self.lab.truth() if record["outcome"] != "error"]
        # What is answered or bogus can be known through a resolver; of the rest only that it fails.
        self.known = [record for record in self.truth if record["outcome"] in DECIDED or record["dnssec"] == "bogus"]
        self.failing = [record for record in self.truth if record not in self.known]

    def look_up(self, truth, *options, timeout_ms=3_000):
        names = self.file("names.txt", "".join(record["name"] + "\n" for record in truth))
        output = self.folder / "records.ndjson"
        address = f"{RESOLVER[0]}:{RESOLVER[1]}"
        # All at once, Unbound's questions would be lost in the queue of the one lab that plays all servers.
        done = self.run_program(harness.CAASCAN, "scan", "--resolver", address, "--allow-special", "--timeout", timeout_ms, "--concurrency", "100",
                                *options, names, "--overwrite", "-o", output, patience_s=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return {record["name"]: record for record in map(json.loads, output.read_text().splitlines())}

    def compare(self, truth, found, fields):
        lines = ["".join(json.dumps(record) + "\n" for record in records)
                 for records in (truth, [found[record["name"]] for record in truth])]
        paths = [self.file(name, text) for name, text in zip(("want.ndjson", "got.ndjson"), lines)]
        compared = self.run_program(CAALAB, "compare", "--fields", fields, *paths)
        self.assertEqual(compared.returncode, 0, compared.stdout.decode())

    def check_failures(self):
        """What is not bogus fails, and is not called bogus; it is taken as permission only where the zone is proven insecure."""
        permitted = {want["name"]: want["may_issue"] for want in self.failing}
        self.assertTrue(self.failing)
        # A dead server's name takes Unbound longer than we wait.
        for record in self.look_up(self.failing, "--dnssec", "validate", timeout_ms=500).values():
            self.assertIn(record["outcome"], ("servfail", "timeout"), record)
            self.assertNotEqual(record["reason"], "dnssec_bogus", record)
            self.assertLessEqual(record["may_issue"], permitted[record["name"]], record)
            self.assertEqual(dnssec_findings(record), set(), record)

    def check_told(self, found):
        for want in self.truth:
            if want["dnssec"] != "bogus":
                continue
            record = found[want["name"]]
            causes = dnssec_findings(want) - {"dnssec_empty_answers_only"}
            self.assertEqual(len(causes), 1, want)
            self.assertLessEqual(dnssec_findings(record) or {None}, TOLD[causes.pop()], record)
            self.assertEqual(record["failed_at"], want["failed_at"])
            self.assertTrue(any(server.get("detail", "").startswith("EDE ") for server in record["servers"]), record)
            for server in record["servers"]:
                numbers = [int(number) for number in re.findall(r"(?:^|; )EDE (\d+)", server.get("detail", ""))]
                self.assertEqual(server.get("ede", []), numbers, record)

    def test_validate(self):
        found = self.look_up(self.known, "--dnssec", "validate")
        self.assertLessEqual({("secure", "permit"), ("secure", "deny"), ("insecure", "permit"), ("bogus", "servfail")},
                             {(record["dnssec"], record["outcome"]) for record in self.known})
        self.compare(self.known, found, "outcome,reason,may_issue,caa,dnssec")
        self.check_told(found)
        record = found["signature-expired.test"]
        finding, = (f for f in record["findings"] if f["code"] == "dnssec_signature_expired")
        self.assertRegex(finding["evidence"], r"^resolver 127\.0\.5\.2: EDE [67] \(.*\): .*signature expired")
        self.check_failures()

    def test_off(self):
        found = self.look_up(self.known, "--dnssec", "off")
        self.compare(self.known, found, "outcome,reason,may_issue,caa")
        self.assertEqual({record["dnssec"] for record in found.values()}, {"unchecked", "bogus"})

    def test_without_diagnosis_servfail_is_just_that(self):
        bogus = [record for record in self.known if record["dnssec"] == "bogus"]
        found = self.look_up(bogus, "--dnssec", "off", "--diagnose", "off", "--recheck", "0")
        self.assertEqual({(record["reason"], record["dnssec"], record["may_issue"]) for record in found.values()},
                         {("servfail", "unchecked", False)})

    def test_explain_iteratively(self):
        options = ("--dnssec", "validate", "--explain-iteratively", "--root-hints", self.lab.hints, "--trust-anchor", self.lab.anchor)
        found = self.look_up(self.known, *options)
        found |= self.look_up(self.failing, *options, timeout_ms=500)
        # Unbound's verdict on what is bogus and our own finding; on other failures our own verdict.
        self.compare(self.truth, found, "outcome,reason,may_issue,caa,dnssec")
        for want in self.truth:
            if want["outcome"] not in DECIDED:
                self.assertEqual(dnssec_findings(found[want["name"]]), dnssec_findings(want), found[want["name"]])
        record = found["signature-expired.test"]
        self.assertEqual(record["zone"], "signature-expired.test")
        self.assertTrue(any(server.get("host", "").endswith("signature-expired.test") for server in record["servers"]), record)


if __name__ == "__main__":
    harness.main()
