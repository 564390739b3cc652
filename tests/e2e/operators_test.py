"""--operators: rows of the user's own say who runs name servers, beside those that are built in."""

import json

import harness
from harness import CAASCAN
from lab import Lab

ZONES = [
    {"zone": "test", "servers": [{"host": "ns.nic", "addresses": ["127.69.0.1"]}]},
    {"zone": "ours.test", "servers": [{"host": "ns1.farm.test.", "addresses": ["127.71.0.1"]}],
     "records": ['@ CAA 0 issue "letsencrypt.org"']},
    {"zone": "farm.test", "servers": [{"host": "ns1", "addresses": ["127.71.0.1"]}]},
    {"zone": "theirs.test", "servers": [{"host": "ns1", "addresses": ["127.71.0.3"]}],
     "records": ['@ CAA 0 issue "letsencrypt.org"']},
]
OURS = "# our servers\nfarm.test\tThe Farm\n"


class Operators(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": ZONES})))
        self.addCleanup(self.lab.stop)

    def test_records_of_a_scan_name_the_users_operators(self):
        path = self.file("operators.tsv", OURS)
        records = self.scan(*self.lab.options(), "--operators", str(path), names=["ours.test", "theirs.test"])
        self.assertEqual({record["name"]: record["operator"] for record in records},
                         {"ours.test": "The Farm", "theirs.test": "theirs.test"})

    def test_check_names_them(self):
        path = self.file("operators.tsv", OURS)
        done = self.run_program(CAASCAN, "check", *self.lab.options(), "--operators", str(path), "ours.test")
        self.assertIn("The Farm", done.stdout.decode(), done.stderr.decode())

    def test_a_report_names_them_where_records_name_none(self):
        records = self.scan(*self.lab.options(), "--servers", "all", names=["ours.test"])
        del records[0]["operator"]
        # Those of the root and of the top-level domain are not the name's.
        records[0]["servers"] = [server for server in records[0]["servers"] if server["host"] == "ns1.farm.test"]
        kept = self.file("records.ndjson", json.dumps(records[0], separators=(",", ":")) + "\n")
        path = self.file("operators.tsv", OURS)
        for options, operator in (((), "farm.test"), (("--operators", str(path)), "The Farm")):
            done = self.run_program(CAASCAN, "report", "--format", "json", *options, str(kept))
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            rows = json.loads(done.stdout)["operators"]["rows"]
            self.assertEqual([row["operator"] for row in rows], [operator])
            done = self.run_program(CAASCAN, "report", "--operator", operator, *options, str(kept))
            self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_a_row_that_is_not_sound_is_named(self):
        path = self.file("operators.tsv", "farm.test The Farm\n")
        for command in (("scan", "/dev/null"), ("report", "/dev/null")):
            done = self.run_program(CAASCAN, *command, "--operators", str(path))
            self.assertEqual(done.returncode, 2)
            self.assert_one_clear_line(done, "--operators", str(path), "line 1")


if __name__ == "__main__":
    harness.main()
