#!/usr/bin/python3
"""The lines that the writer makes fit docs/zone.schema.json, the schema names every member, and it refuses what must not be.

usage: zone_schema_test.py SCHEMA SAMPLES_PROGRAM
"""

import copy
import json
import subprocess
import sys
import unittest

import jsonschema

SCHEMA_PATH, SAMPLES_PROGRAM = sys.argv[1:3] if len(sys.argv) > 2 else ("", "")


class ZoneSchema(unittest.TestCase):

    def setUp(self):
        with open(SCHEMA_PATH, encoding="utf-8") as file:
            self.schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft202012Validator(self.schema)
        done = subprocess.run([SAMPLES_PROGRAM], check=True, capture_output=True, text=True)
        self.samples = [json.loads(line) for line in done.stdout.splitlines()]

    def test_samples_fit(self):
        self.assertGreaterEqual(len(self.samples), 3)
        for sample in self.samples:
            self.validator.validate(sample)

    def test_every_member_is_described(self):
        full = self.samples[0]
        self.assertEqual(set(full), set(self.schema["properties"]), "the first sample has every member")
        for members, of in ((full["servers"][0], "servers"), (full["dnskey"][0], "dnskey"), (full["ds"][0], "ds")):
            self.assertEqual(set(members), set(self.schema["properties"][of]["items"]["properties"]), of)
        for of in ("denial", "signature"):
            self.assertEqual(set(full[of]), set(self.schema["properties"][of]["properties"]), of)

    def test_what_must_not_be_is_refused(self):
        wrong = [("zone", ""), ("zone", 7), ("ns_class", "equal"), ("parent_ns", []), ("dnssec", "maybe"), ("signed", "yes"),
                 ("time", "2026"), ("networks", ["192.0.2.0/25"]), ("findings", ["A b"]), ("ds", [{"tag": 70000}]),
                 ("servers", [{"host": "a"}]), ("servers", [{"asked": True, "fails": ["sleepy"]}]), ("denial", {"kind": "nsec5"}),
                 ("signature", {"ends": 0})]
        for member, value in wrong:
            sample = copy.deepcopy(self.samples[0])
            sample[member] = value
            self.assertFalse(self.validator.is_valid(sample), (member, value))
        for member in self.schema["required"]:
            sample = copy.deepcopy(self.samples[0])
            del sample[member]
            self.assertFalse(self.validator.is_valid(sample), member)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
