"""scan --also persist: the validation record beside CAA is what the lab knows to be true, and changes nothing about CAA. And what
report, decide and CSV make of it."""

import csv
import io
import json

import jsonschema

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import Lab

MIX = str(SOURCE / "datasets" / "lab" / "mix-persist.json")
NAMES = 1200
# No member that a scan makes anew each time.
SAME = ("name", "outcome", "reason", "may_issue", "would_issue", "caa", "cname", "dnssec", "zone", "findings", "nxdomain")
PACE = ["--server-rate", "0", "--server-inflight", "0", "--timeout", "300", "--retries", "1", "--recheck", "0"]


class Persist(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, scenario=None, mix=MIX, names=NAMES, seed=5)
        self.addCleanup(self.lab.stop)
        self.names = self.file("names.txt", "\n".join(self.lab.names()) + "\n")

    def caascan(self, *arguments, code=0):
        done = self.run_program(CAASCAN, *arguments)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def scan_to(self, name, *options):
        path = self.folder / name
        self.caascan("scan", *self.lab.options(), *PACE, *options, self.names, "-o", path)
        return path

    @staticmethod
    def records(path):
        return {record["name"]: record for record in map(json.loads, path.read_text().splitlines())}

    def test_the_lab_agrees_and_the_verdict_stays(self):
        without = self.records(self.scan_to("without.ndjson"))
        self.assertFalse(any("persist" in record for record in without.values()))
        path = self.scan_to("with.ndjson", "--also", "persist")
        found = self.records(path)
        for name, record in found.items():
            self.assertEqual([record.get(key) for key in SAME], [without[name].get(key) for key in SAME], name)
        truth = self.file("truth.ndjson", "".join(json.dumps(record) + "\n" for record in self.lab.truth()))
        report = self.run_program(CAALAB, "compare", truth, path)
        self.assertEqual(report.returncode, 0, report.stdout.decode())
        schema = jsonschema.Draft202012Validator(harness.record_schema())
        results = {}
        for record in found.values():
            schema.validate(record)
            results.setdefault(record["persist"]["result"], record)
        self.assertEqual(set(results), {"valid", "expired", "policy_mismatch", "issuer_not_authorized", "malformed", "none", "failed"})
        failed = [r["persist"] for r in found.values() if r["persist"]["result"] == "failed"]
        self.assertEqual({persist["reason"] for persist in failed}, {"servfail", "no_response"})
        # A query a name, but for those whose servers fail.
        sound = [name for name, r in found.items() if r["persist"]["result"] != "failed"]
        more = sum(found[name]["queries"] - without[name]["queries"] for name in sound)
        self.assertLess(more, 1.2 * len(sound))

    def test_another_ca_decides_anew(self):
        path = self.scan_to("with.ndjson", "--also", "persist")
        again = self.scan_to("again.ndjson", "--also", "persist", "--ca", "ca.example", "--account-uri", "https://acme.example/acct/1")
        decided = self.folder / "decided.ndjson"
        self.caascan("decide", "--ca", "ca.example", "--account-uri", "https://acme.example/acct/1", path, "-o", decided)
        scanned, decided = self.records(again), self.records(decided)
        for name, record in scanned.items():
            if record["persist"]["result"] != "failed":
                self.assertEqual(decided[name]["persist"]["result"], record["persist"]["result"], name)
        self.assertIn("valid", {record["persist"]["result"] for record in decided.values()})

    def test_report_csv_and_resume(self):
        path = self.scan_to("with.ndjson", "--also", "persist")
        counts = {}
        for record in self.records(path).values():
            counts[record["persist"]["result"]] = counts.get(record["persist"]["result"], 0) + 1
        document = json.loads(self.caascan("report", "--format", "json", path).stdout)
        jsonschema.validate(document, json.loads((SOURCE / "docs" / "report.schema.json").read_text()))
        self.assertEqual({row["result"]: row["names"] for row in document["persist"]["rows"]}, counts)
        self.assertIn("dns-persist-01", self.caascan("report", path).stdout.decode())
        rows = list(csv.DictReader(io.StringIO(self.scan_to("with.csv", "--also", "persist").read_text(), newline="")))
        self.assertEqual(sum(row["persist"] == "none" for row in rows), counts["none"])
        self.assertTrue(all((row["persist_reason"] != "") == (row["persist"] == "failed") for row in rows))
        self.assertTrue(any("accounturi=" in row["persist_records"] for row in rows))
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), *PACE, self.names, "-o", path, "--resume")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--resume", "--also")
        plan = json.loads(path.with_name("with.ndjson.meta.json").read_text())
        self.assertEqual(plan["deciding"]["--also"], "persist")

    def test_wrong_words_are_refused(self):
        done = self.run_program(CAASCAN, "scan", "--also", "everything", self.names)
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--also")


if __name__ == "__main__":
    harness.main()
