#!/usr/bin/python3
"""Validates the shipped lab descriptions by datasets/lab/scenario.schema.json, and compares the schema with caalab over
descriptions that must not be: what one refuses, the other refuses too.

usage: scenario_schema_test.py DATASETS_LAB CAALAB
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema

LAB, CAALAB = pathlib.Path(), ""

FAMILY = {"tlds": {"com": 1}, "operators": [{"name": "o", "addresses": 10}],
          "kinds": [{"kind": "k", "expect": [{"reason": "no_caa"}]}]}


def zone(**members):
    """A description of one zone."""
    return {"zones": [{"zone": "a.test", **members}]}


def fault(**members):
    """A description of one zone with one fault."""
    return zone(faults=[members])


def family(**members):
    """A description of a family, with members changed."""
    return {"family": {**FAMILY, **members}}


RIGHT = [
    ("a description of any form", {**zone(), "description": ["for", "people"]}),
    ("a behaviour of behaviours", {**zone(), "behaviours": {"a": [{"fault": "drop"}], "b": ["a", {"fault": "cut"}]}}),
    ("one text for a list", zone(records="@ A 127.0.0.1", servers=[{"addresses": "127.0.0.1", "glue": []}])),
    ("a number of servers", zone(servers=13)),
    ("an RCODE by number", fault(fault="rcode", rcode="4095")),
    ("an RCODE by default", fault(fault="alias-denial")),
    ("no types, but exceptions", fault(fault="drop", types=[], except_types=["A"])),
    ("unsigned", zone(dnssec=False)),
    ("signed", zone(dnssec={"salt": "00fF", "faults": ["expired", {"fault": "future", "seconds": 9, "types": "A"}]})),
    ("a family", family()),
]

# What only caalab sees, names and addresses that are none, is left out.
WRONG = [
    ("a list", []),
    ("an unknown member", {"zonse": []}),
    ("zones that are no list", {"zones": {}}),
    ("a zone that is no object", {"zones": [1]}),
    ("a zone without its name", {"zones": [{}]}),
    ("behaviours that are no object", {"behaviours": []}),
    ("an unknown member of a zone", zone(server=2)),
    ("records that are no text", zone(records=[1])),
    ("too many servers", zone(servers=14)),
    ("servers that are no list", zone(servers="two")),
    ("a server with an unknown member", zone(servers=[{"name": "ns1"}])),
    ("a server listed nowhere", zone(servers=[{"listed": "nobody"}])),
    ("unknown glue", zone(glue="some")),
    ("a text for a truth value", zone(delegated="no")),
    ("records beside a file", zone(file="a.zone", records=["@ A 127.0.0.1"])),
    ("signing beside a file", zone(file="a.zone", dnssec=True)),
    ("an expectation without a reason", zone(expect=[{"name": "a.test"}])),
    ("an unknown reason", zone(expect=[{"reason": "because"}])),
    ("an outcome of another reason", zone(expect=[{"reason": "no_caa", "outcome": "deny"}])),
    ("a fault without a kind", fault(types=["CAA"])),
    ("an unknown fault", fault(fault="explode")),
    ("types both ways", fault(fault="drop", types=["A"], except_types=["A"])),
    ("no RCODE", fault(fault="rcode")),
    ("an RCODE too high", fault(fault="rcode", rcode="4096")),
    ("an RCODE that is a number", fault(fault="rcode", rcode=3)),
    ("an RCODE elsewhere", fault(fault="drop", rcode="REFUSED")),
    ("no delay", fault(fault="delay")),
    ("a delay too long", fault(fault="delay", ms=60001)),
    ("an unknown transport", fault(fault="drop", transport="sctp")),
    ("an unknown EDNS condition", fault(fault="drop", edns="yes")),
    ("an unknown condition on letters", fault(fault="drop", letters="small")),
    ("a percentage too high", fault(fault="drop", percent=101)),
    ("a negative count", fault(fault="drop", first=-1)),
    ("half a count", fault(fault="drop", first=1.5)),
    ("no rate", fault(fault="rate-limit", slip=1)),
    ("an unknown answer over the limit", fault(fault="rate-limit", per_second=1, over="x")),
    ("a referral elsewhere", fault(fault="upward-referral", to="child")),
    ("a referral's member elsewhere", fault(fault="drop", to="root")),
    ("no SOA", fault(fault="foreign-soa")),
    ("no other records", fault(fault="other-records", records=[])),
    ("an unknown algorithm", zone(dnssec={"algorithm": "RSASHA1"})),
    ("an unknown denial", zone(dnssec={"denial": "nsec5"})),
    ("a salt of half an octet", zone(dnssec={"salt": "abc"})),
    ("too many iterations", zone(dnssec={"iterations": 65536})),
    ("an unknown fault of signing", zone(dnssec={"faults": ["late"]})),
    ("seconds of another fault", zone(dnssec={"faults": [{"fault": "expired", "seconds": 1}]})),
    ("no top-level domains", family(tlds={})),
    ("a negative weight", family(tlds={"com": -1})),
    ("no operators", family(operators=[])),
    ("an operator without a name", family(operators=[{"addresses": 9}])),
    ("an operator without hosts", family(operators=[{"name": "o", "addresses": 9, "hosts": 0}])),
    ("no kinds", family(kinds=[])),
    ("a kind without expectations", family(kinds=[{"kind": "k"}])),
    ("a kind without servers", family(kinds=[{**FAMILY["kinds"][0], "servers": 0}])),
    ("a kind's server with an address", family(kinds=[{**FAMILY["kinds"][0], "servers": [{"addresses": ["127.0.0.1"]}]}])),
]


class ScenarioSchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads((LAB / "scenario.schema.json").read_text(encoding="utf-8"))
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def complaints(self, description):
        return [error.message[:300] for error in self.validator.iter_errors(description)]

    def complaint_of_caalab(self, text):
        """What caalab says of a file with this text, after the file's name; empty where it takes it."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(text)
            file.flush()
            option = "--mix" if '"family"' in text else "--scenario"
            done = subprocess.run([CAALAB, "names", option, file.name, "--names", "0"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return ""
        _, named, complaint = done.stderr.partition(file.name + ": ")
        self.assertTrue(named and complaint.strip(), done.stderr)
        return complaint

    def caalab_takes(self, description):
        return not self.complaint_of_caalab(json.dumps(description))

    def test_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)

    def test_shipped_descriptions(self):
        paths = sorted(LAB.glob("*.json"))
        paths.remove(LAB / "scenario.schema.json")
        self.assertGreaterEqual(len(paths), 10)
        for path in paths:
            with self.subTest(path.name):
                self.assertEqual(self.complaints(json.loads(path.read_text(encoding="utf-8"))), [])

    def test_right_descriptions(self):
        for what, description in RIGHT:
            with self.subTest(what):
                self.assertEqual(self.complaints(description), [])
                self.assertTrue(self.caalab_takes(description))

    def test_wrong_descriptions(self):
        for what, description in WRONG:
            with self.subTest(what):
                self.assertFalse(self.validator.is_valid(description))
                self.assertFalse(self.caalab_takes(description))

    def test_texts_that_are_no_json(self):
        """Neither parser takes them, and caalab says where they are wrong."""
        for text, place in [("", "line 1, column 1"), ('{\n  "zones": [],\n}', "line 3, column 1"),
                            ('{\n  // For people.\n}', "line 2, column 3"), ('{"zones": []} {}', "line 1, column 15")]:
            with self.subTest(text):
                self.assertRaises(json.JSONDecodeError, json.loads, text)
                self.assertIn(place, self.complaint_of_caalab(text))

    def test_a_member_that_stands_twice(self):
        """The schema cannot see it: parsers keep one of the two without a word."""
        complaint = self.complaint_of_caalab('{"zones": [{"zone": "a.test", "servers": 1, "servers": 2}]}')
        self.assertIn('two members called "servers"', complaint)

    def test_every_fault_that_the_schema_names(self):
        needs = {"rcode": {"rcode": "REFUSED"}, "delay": {"ms": 1}, "rate-limit": {"per_second": 1},
                 "foreign-soa": {"soa": "b.test"}, "other-records": {"records": "@ A 127.0.0.1"}}
        for kind in self.schema["$defs"]["fault"]["properties"]["fault"]["enum"]:
            with self.subTest(kind):
                description = fault(fault=kind, **needs.get(kind, {}))
                self.assertEqual(self.complaints(description), [])
                self.assertTrue(self.caalab_takes(description))


if __name__ == "__main__":
    LAB, CAALAB = pathlib.Path(sys.argv[1]), sys.argv[2]
    unittest.main(argv=sys.argv[:1])
