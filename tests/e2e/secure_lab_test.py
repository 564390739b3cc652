"""Unbound, validating from the lab's root and trust anchor, finds secure, insecure and bogus what the lab says is so."""

import concurrent.futures

import harness
from harness import SOURCE
from lab import Lab
from validator import Validator, climb

LAB_DATA = SOURCE / "datasets" / "lab"


class SecureLab(harness.Case):

    def start(self, **lab):
        self.lab = Lab(self.folder, port=53, **lab)
        self.addCleanup(self.lab.stop)
        self.validator = Validator(self.folder, self.lab.hints, self.lab.anchor)
        self.addCleanup(self.validator.stop)

    def check_against_unbound(self, states, failures_too, of=lambda record: True):
        """Every name of the lab, or only those that fit `of`; `states` are those that must be among them."""
        truth = [record for record in self.lab.truth() if record["dnssec"] != "unchecked" and of(record)]
        with concurrent.futures.ThreadPoolExecutor(max_workers=64) as pool:
            climbs = list(pool.map(climb, (record["name"] for record in truth)))
        for record, found in zip(truth, climbs):
            with self.subTest(name=record["name"]):
                decided = record["outcome"] in ("permit", "deny", "error")
                self.assertEqual(found.state, record["dnssec"], record)
                if failures_too:
                    self.assertEqual(found.failed, not decided, record)
                if record["dnssec"] == "bogus":
                    self.assertEqual((found.failed, found.at), (True, record["failed_at"]), record)
        self.assertLessEqual(set(states), {(record["dnssec"], record["outcome"]) for record in truth})

    def test_scenario(self):
        self.start(scenario=str(LAB_DATA / "dnssec.json"))
        self.check_against_unbound([("secure", "permit"), ("secure", "deny"), ("insecure", "permit"), ("bogus", "servfail"),
                                    ("secure", "timeout"), ("insecure", "timeout")], failures_too=True)

    def test_odd_answers(self):
        self.start(scenario=str(LAB_DATA / "odd-answers.json"))
        # Not the signed zone whose servers all refer elsewhere: the lab calls such servers lame, Unbound the zone's keys missing.
        self.check_against_unbound([("secure", "permit"), ("secure", "error"), ("insecure", "deny"), ("bogus", "servfail")],
                                   failures_too=False, of=lambda record: not record["name"].startswith("signed-referral-"))

    # Unbound gets an answer out of some servers that the scanner gives up, and the other way round: with the families only the
    # state counts, which does not depend on it.

    def test_internet_mix(self):
        self.start(scenario=None, mix=str(LAB_DATA / "mix-internet.json"), names=600, seed=11)
        self.check_against_unbound([("secure", "permit"), ("insecure", "permit"), ("bogus", "servfail")], failures_too=False)

    def test_broken_mix(self):
        self.start(scenario=None, mix=str(LAB_DATA / "mix-broken.json"), names=400, seed=11)
        # Not the many insecure ones that fail: they say nothing of DNSSEC, and Unbound takes minutes over them.
        self.check_against_unbound([("secure", "permit"), ("insecure", "permit"), ("bogus", "servfail"), ("secure", "timeout")],
                                   failures_too=False,
                                   of=lambda record: record["dnssec"] != "insecure" or record["outcome"] in ("permit", "deny"))


if __name__ == "__main__":
    harness.main()
