"""caascan check explains a name in fewer than a hundred lines, and speaks through its exit code."""

import json

import jsonschema

import harness
from harness import CAASCAN, SOURCE
from lab import Lab

FAULTS = str(SOURCE / "datasets" / "lab" / "faults.json")
QUICK = ("--timeout", "300", "--recheck", "0")


def differ(want):
    """Then it depends on which server the CA meets."""
    return any(finding["code"] == "answers_differ" for finding in want.get("findings", ()))


class Check(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, FAULTS)
        self.addCleanup(self.lab.stop)

    def check(self, *words):
        done = self.run_program(CAASCAN, "check", *self.lab.options(), *QUICK, *words)
        return done.returncode, done.stdout.decode()

    def test_every_name_of_the_lab_is_explained(self):
        for want in self.lab.truth():
            with self.subTest(name=want["name"]):
                code, text = self.check(want["name"])
                self.assertEqual(code, 0 if want["outcome"] == "permit" and not differ(want) else 3, text)
                self.assertLess(text.count("\n"), 100, text)
                self.assertIn(want["name"], text.splitlines()[0])
                self.assertTrue(text.isascii() and text.replace("\n", "").isprintable())

    def test_names_come_in_the_order_in_which_they_were_asked_for(self):
        names = ["caa-flag-one.faults.example", "lame-refused.faults.example", "faults.example", "not a name"]
        code, text = self.check("--json", *names)
        self.assertEqual(code, 3)
        records = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([record["name"] for record in records], names)
        self.assertNotIn("id", records[0])

    def test_records_hold_the_climb_and_can_be_decided_again(self):
        schema = harness.record_schema()
        names = ["www.caa-flag-one.faults.example", "lame-refused.faults.example", "alias-loop.faults.example"]
        _, text = self.check("--json", *names)
        for line in text.splitlines():
            jsonschema.Draft202012Validator(schema).validate(json.loads(line))
        climb = json.loads(text.splitlines()[0])["climb"]
        self.assertEqual([(step["name"], step["result"]) for step in climb],
                         [(names[0], "nxdomain"), ("caa-flag-one.faults.example", "records")])
        for step in climb:
            self.assertEqual(step["transport"], "udp")
            self.assertIn("rtt_ms", step)
        decided = self.run_program(CAASCAN, "decide", "--ca", "ca.example", stdin=text)
        self.assertEqual(decided.returncode, 0, decided.stderr.decode())
        self.assertEqual(json.loads(decided.stdout.splitlines()[0])["climb"], climb)

    def test_the_exit_code_follows_the_ca(self):
        name = "caa-flag-one.faults.example"
        self.assertEqual(self.check(name)[0], 0)
        code, text = self.check("--ca", "Sectigo", name)
        self.assertEqual(code, 3)
        self.assertIn('3600 IN CAA 0 issue "sectigo.com"', text)

    def test_a_code_is_explained_without_a_record(self):
        done = self.run_program(CAASCAN, "explain", "caa_dropped", "refused")
        self.assertEqual(done.returncode, 0, done.stderr)
        for phrase in ("Reason caa_dropped, outcome timeout", "Finding caa_dropped", "Reason refused, outcome lame"):
            self.assertIn(phrase, done.stdout.decode())
        self.assertIn("letsencrypt.org", self.run_program(CAASCAN, "explain", "--cas").stdout.decode())
        self.assertIn("caa_dropped", self.run_program(CAASCAN, "explain").stdout.decode())
        for words in (["no_such_code"], ["--cas", "refused"], [""]):
            with self.subTest(words=words):
                done = self.run_program(CAASCAN, "explain", *words)
                self.assertEqual(done.returncode, 2)
                self.assert_one_clear_line(done)

    def test_wrong_usage(self):
        for words in ([], [""], ["# x"], ["a\nb"], ["--ca", "no such ca", "a.example"], ["-"],
                      ["-4", "a.example"], ["a.example", "-x"], ["a.example", "--no-such"], ["--html"], ["-a.example"]):
            with self.subTest(words=words):
                done = self.run_program(CAASCAN, "check", *words)
                self.assertEqual(done.returncode, 2)
                self.assert_one_clear_line(done, "caascan check: ")


if __name__ == "__main__":
    harness.main()
