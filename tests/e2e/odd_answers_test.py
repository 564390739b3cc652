"""Answers that look like something they are not never make the scan permit what a record forbids, nor accuse a sound server:
every record of a scan of odd-answers.json is what the lab knows to be true."""

import json
import pathlib

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import Lab

ODD_ANSWERS = str(SOURCE / "datasets" / "lab" / "odd-answers.json")
_CAA = '@ CAA 0 issue "letsencrypt.org"'
# The servers of the root and of the top-level domain have both families, those of the zones below one.
FAMILIES = {
    "description": "Zones that only one family of addresses reaches.",
    "zones": [
        {"zone": ".", "servers": [{"host": "a.root-servers.test.", "addresses": ["127.0.1.1", "::1"]}], "dnssec": True},
        {"zone": "test", "servers": [{"host": "a.nic.test.", "addresses": ["127.0.2.1", "::1"]}], "dnssec": True},
        {"zone": "four.test", "servers": [{"host": "ns1", "addresses": ["127.0.3.1"]}], "records": [_CAA]},
        {"zone": "six.test", "servers": [{"host": "ns1", "addresses": ["::1"]}], "records": [_CAA]},
    ],
}


class OddAnswers(harness.Case):

    def check_truth(self, *options, all_findings=False):
        """Scans all names of the scenario and holds the records, as they are, against the truth."""
        lab = Lab(self.folder, ODD_ANSWERS)
        self.addCleanup(lab.stop)
        names, truth, records = (str(self.folder / name) for name in ("names.txt", "truth.ndjson", "records.ndjson"))
        pathlib.Path(names).write_bytes(self.run_program(CAALAB, "names", *lab.world).stdout)
        pathlib.Path(truth).write_bytes(self.run_program(CAALAB, "truth", *lab.world).stdout)
        done = self.run_program(CAASCAN, "scan", *lab.options(), "--timeout", "500", *options, names, "--overwrite", "-o", records)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        compared = self.run_program(CAALAB, "compare", *(["--all-findings"] if all_findings else []), truth, records)
        self.assertEqual(compared.returncode, 0, compared.stdout.decode())

    def test_by_default(self):
        self.check_truth()

    def test_every_server(self):
        self.check_truth("--all-servers")

    def test_every_server_and_every_probe(self):
        self.check_truth("--all-servers", "--diagnose", "all", all_findings=True)

    def test_over_ipv4_alone(self):
        self.check_truth("-4")

    def test_zones_that_only_the_other_family_reaches(self):
        lab = Lab(self.folder, self.file("families.json", json.dumps(FAMILIES)))
        self.addCleanup(lab.stop)
        names = ["four.test", "six.test"]
        for option, unavailable in (("-4", "six.test"), ("-6", "four.test")):
            for record in self.scan(*lab.options(), "--timeout", "500", option, names=names):
                with self.subTest(option=option, name=record["name"]):
                    found = (record["outcome"], record["reason"], record["may_issue"])
                    if record["name"] == unavailable:
                        self.assertEqual(found, ("error", "family_unavailable", False), record)
                        self.assertNotIn("findings", record)
                    else:
                        self.assertEqual(found, ("permit", "issuer_authorized", True), record)


if __name__ == "__main__":
    harness.main()
