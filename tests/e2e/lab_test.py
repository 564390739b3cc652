"""Every name of the lab's basic scenario gets the outcome and reason that its description says."""

import json
import signal

import jsonschema

import harness
from harness import CAASCAN
from lab import Lab


class LabScenario(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)

    def check_truth(self, *options):
        truth = self.lab.truth()
        self.assertGreater(len(truth), 20)
        records = self.scan(*self.lab.options(), "--timeout", "500", "--recheck", "0", *options, names=self.lab.names())
        found = {record["name"]: record for record in records}
        for want in truth:
            with self.subTest(name=want["name"]):
                record = found[want["name"]]
                self.assertEqual((record["outcome"], record["reason"]), (want["outcome"], want["reason"]), record)

    def test_one_thread(self):
        self.check_truth("--threads", "1")

    def test_four_threads_with_few_names_in_flight(self):
        self.check_truth("--threads", "4", "--concurrency", "8")

    def test_every_fault(self):
        self.lab.stop()
        self.lab = Lab(self.folder, str(harness.SOURCE / "datasets" / "lab" / "faults.json"))
        self.addCleanup(self.lab.stop)
        self.check_truth()

    def scan_all(self, *options):
        """Every name of the scenario, quickly: a record a name."""
        return self.scan(*self.lab.options(), "--timeout", "300", "--recheck", "0", *options, names=self.lab.names())

    def test_records_are_valid_by_the_schema(self):
        schema = harness.record_schema()
        validator = jsonschema.Draft202012Validator(schema)
        for record in self.scan_all("--servers", "all"):
            with self.subTest(name=record["name"]):
                self.assertEqual([error.message for error in validator.iter_errors(record)], [])

    def test_deciding_again_is_scanning_for_the_other_ca(self):
        earlier = self.file("earlier.ndjson", "".join(json.dumps(record) + "\n" for record in self.scan_all()))
        done = self.run_program(CAASCAN, "decide", "--ca", "ca.example", earlier)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        again = {r["name"]: (r["outcome"], r["reason"]) for r in map(json.loads, done.stdout.splitlines())}
        scanned = {r["name"]: (r["outcome"], r["reason"]) for r in self.scan_all("--ca", "ca.example")}
        self.assertEqual(again, scanned)

    def test_deciding_names_the_broken_record(self):
        (record,) = self.scan(*self.lab.options(), names=["www.example.com"])
        path = self.file("broken.ndjson", json.dumps(record) + '\n{"name":\n')
        done = self.run_program(CAASCAN, "decide", path)
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "caascan decide: ", path + ":2")
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_id_and_order_come_back_untouched(self):
        lines = '{"name":"www.example.com","id":{"a":[1,2.50]},"order":"x"}\n{"name":"example.com","wildcard":true,"id":7}\n'
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), stdin=lines)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = {record["name"]: record for record in map(json.loads, done.stdout.splitlines())}
        self.assertIn(b'"id":{"a":[1,2.50]},"order":"x"', done.stdout)
        self.assertEqual(records["*.example.com"]["id"], 7)

    def test_every_ca_of_a_set_is_decided_for(self):
        ca_set = self.file("ca-set", '"Let\'s Encrypt" letsencrypt.org\nOther ca.example # a comment\n')
        (record,) = self.scan(*self.lab.options(), "--ca-set", ca_set, names=["www.example.com"])
        self.assertEqual(record["decisions"], {"Let's Encrypt": "permit", "Other": "deny"})

    def test_a_known_ca_goes_by_its_name(self):
        ca_set = self.file("ca-set", "letsencrypt\nSectigo\n")
        for ca, outcome in (("Let's Encrypt", "permit"), ("isrg", "permit"), ("Comodo", "deny")):
            with self.subTest(ca=ca):
                (record,) = self.scan(*self.lab.options(), "--ca", ca, "--ca-set", ca_set, names=["www.example.com"])
                self.assertEqual(record["outcome"], outcome)
                self.assertEqual(record["decisions"], {"letsencrypt": "permit", "Sectigo": "deny"})

    def test_the_lab_stops_cleanly(self):
        self.assertEqual(self.lab.server.stop(signal.SIGINT), 0)


if __name__ == "__main__":
    harness.main()
