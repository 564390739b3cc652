"""What owners get wrong in CAA records is found, and nothing else: the lab knows which findings each set deserves."""

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import Lab

SCENARIO = str(SOURCE / "datasets" / "lab" / "caa-records.json")
FIELDS = "outcome,reason,may_issue,caa,findings"


class Records(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, SCENARIO)
        self.addCleanup(self.lab.stop)
        self.names = self.lab.names()

    def compare(self, *options):
        truth = self.file("truth.ndjson", self.run_program(CAALAB, "truth", *self.lab.world).stdout.decode())
        records = str(self.folder / "records.ndjson")
        names = self.file("names.txt", "".join(name + "\n" for name in self.names))
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), *options, names, "--overwrite", "-o", records)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        compared = self.run_program(CAALAB, "compare", "--fields", FIELDS, truth, records)
        self.assertEqual(compared.returncode, 0, compared.stdout.decode())

    def test_every_set_has_its_findings(self):
        self.assertGreater(len(self.names), 50)
        self.compare()

    def test_whatever_is_probed(self):
        self.compare("--diagnose", "off")

    def test_evidence_is_plain_and_names_what_was_meant(self):
        names = ["misspelt.issuer.example", "hostile.value.example"]
        records = {record["name"]: record for record in self.scan(*self.lab.options(), names=names)}
        self.assertEqual(records["misspelt.issuer.example"]["findings"],
                         [{"code": "caa_issuer_unknown", "zone": "issuer.example",
                           "evidence": '"letsencrpyt.org"; letsencrypt.org may be meant'}])
        (finding,) = records["hostile.value.example"]["findings"]
        self.assertIn(r'0 "issue" "\027[2J"', finding["evidence"])


if __name__ == "__main__":
    harness.main()
