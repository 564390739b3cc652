"""Unbound, validating from the lab's root and trust anchor, finds secure, insecure and bogus what the lab says is so."""

import collections
import concurrent.futures

import harness
from harness import SOURCE
from lab import Lab
from validator import Validator, climb


class SecureLab(harness.Case):

    def start(self, **lab):
        self.lab = Lab(self.folder, port=53, **lab)
        self.addCleanup(self.lab.stop)
        self.validator = Validator(self.folder, self.lab.hints, self.lab.anchor)
        self.addCleanup(self.validator.stop)

    def check_against_unbound(self, states):
        """Every name of the lab; `states` are those that must be among them."""
        truth = [record for record in self.lab.truth() if record["outcome"] != "error"]
        with concurrent.futures.ThreadPoolExecutor(max_workers=64) as pool:
            climbs = list(pool.map(climb, (record["name"] for record in truth)))
        for record, found in zip(truth, climbs):
            with self.subTest(name=record["name"]):
                decided = record["outcome"] in ("permit", "deny")
                self.assertEqual((found.state, found.failed), (record["dnssec"], not decided), record)
                if record["dnssec"] == "bogus":
                    self.assertEqual(found.at, record["failed_at"], record)
        self.assertLessEqual(set(states), set(collections.Counter((r["dnssec"], r["outcome"]) for r in truth)))

    def test_scenario(self):
        self.start(scenario=str(SOURCE / "datasets" / "lab" / "dnssec.json"))
        self.check_against_unbound([("secure", "permit"), ("secure", "deny"), ("insecure", "permit"), ("bogus", "servfail"),
                                    ("secure", "timeout"), ("insecure", "timeout")])


if __name__ == "__main__":
    harness.main()
