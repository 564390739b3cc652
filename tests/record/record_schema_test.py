#!/usr/bin/python3
"""Holds the records that the writer makes against docs/record.schema.json, and the schema against records that
must not be: a schema that allows everything would pass the first half.

usage: record_schema_test.py SCHEMA SAMPLES_PROGRAM
"""

import copy
import json
import re
import subprocess
import sys
import unittest

import jsonschema

from closed_schema import closed

SCHEMA_PATH, SAMPLES_PROGRAM = "", ""

PERMIT = {
    "name": "www.example.com", "outcome": "permit", "reason": "issuer_authorized", "may_issue": True,
    "would_issue": True,
    "caa": {"owner": "example.com", "ttl": 300,
            "records": [{"flags": 0, "tag": "issue", "value": "letsencrypt.org"}]},
    "cname": ["web1.example.net"], "dnssec": "insecure", "zone": "example.com", "operator": "Example DNS",
    "servers": [{"host": "ns1.example.net", "address": "192.0.2.1", "result": "answer", "rtt_ms": 11.2}],
    "findings": [{"code": "notimp_on_caa", "host": "ns2.example.net", "address": "192.0.2.2"}],
    "valid_until": "2026-11-22T07:54:08.123Z",
    "queries": 4, "retries": 0, "elapsed_ms": 31.7, "time": "2026-11-21T23:54:08.123Z"}
FAILURE = {
    "name": "example.com", "outcome": "servfail", "reason": "servfail", "may_issue": False, "would_issue": False, "dnssec": "insecure",
    "failed_at": "example.com", "queries": 6, "retries": 2, "elapsed_ms": 31.7, "time": "2026-11-21T23:54:08.123Z"}
ERROR = {
    "name": "not a name", "outcome": "error", "reason": "invalid_name", "may_issue": False, "would_issue": False, "dnssec": "unchecked",
    "queries": 0, "retries": 0, "elapsed_ms": 0, "time": "2026-11-21T23:54:08.123Z"}

# (what is wrong, the record it is done to, members changed; None takes the member away)
WRONG = [
    ("unknown member", PERMIT, {"extra": 1}),
    ("unknown member of a set", PERMIT, {"caa": {**PERMIT["caa"], "extra": 1}}),
    ("unknown member of a server", PERMIT, {"servers": [{"host": "ns1.example.net", "result": "answer", "extra": 1}]}),
    ("unknown member of a finding", PERMIT, {"findings": [{"code": "notimp_on_caa", "extra": 1}]}),
    ("no name", PERMIT, {"name": None}),
    ("no dnssec", PERMIT, {"dnssec": None}),
    ("no queries", PERMIT, {"queries": None}),
    ("no time", PERMIT, {"time": None}),
    ("upper case", PERMIT, {"name": "WWW.example.com"}),
    ("final dot", PERMIT, {"name": "example.com."}),
    ("U-label", PERMIT, {"name": "bücher.example"}),
    ("empty label", PERMIT, {"name": "a..example"}),
    ("label of 64", PERMIT, {"name": "a" * 64 + ".example"}),
    ("unknown outcome", PERMIT, {"outcome": "maybe"}),
    ("reason of another outcome", PERMIT, {"reason": "issuance_forbidden"}),
    ("unknown reason", PERMIT, {"reason": "because"}),
    ("permit that may not issue", PERMIT, {"may_issue": False, "would_issue": False}),
    ("permit for which the CA would not issue", PERMIT, {"would_issue": False}),
    ("no would_issue", PERMIT, {"would_issue": None}),
    ("failure for which the CA would, but may not issue", FAILURE, {"would_issue": True}),
    ("permit without valid_until", PERMIT, {"valid_until": None}),
    ("permit with failed_at", PERMIT, {"failed_at": "example.com"}),
    ("permit by an RRset that is not there", PERMIT, {"caa": None}),
    ("no_caa with an RRset", PERMIT, {"reason": "no_caa"}),
    ("deny that may issue", PERMIT, {"outcome": "deny", "reason": "issuance_forbidden"}),
    ("deny without an RRset", PERMIT,
     {"outcome": "deny", "reason": "issuance_forbidden", "may_issue": False, "would_issue": False, "caa": None}),
    ("RRset without records", PERMIT, {"caa": {"owner": "example.com", "ttl": 300, "records": []}}),
    ("RRset without owner", PERMIT, {"caa": {"ttl": 300, "records": [{"flags": 0, "tag": "issue", "value": ";"}]}}),
    ("flags of 256", PERMIT,
     {"caa": {"owner": "a.example", "ttl": 1, "records": [{"flags": 256, "tag": "issue", "value": ";"}]}}),
    ("raw byte in a value", PERMIT,
     {"caa": {"owner": "a.example", "ttl": 1, "records": [{"flags": 0, "tag": "issue", "value": "\u00ff"}]}}),
    ("no aliases", PERMIT, {"cname": []}),
    ("unknown dnssec", PERMIT, {"dnssec": "maybe"}),
    ("server without result", PERMIT, {"servers": [{"host": "ns1.example.net"}]}),
    ("server without host and address", PERMIT, {"servers": [{"result": "timeout"}]}),
    ("unknown server result", PERMIT, {"servers": [{"host": "ns1.example.net", "result": "ok"}]}),
    ("rcode without number", PERMIT, {"servers": [{"host": "ns1.example.net", "result": "rcode"}]}),
    ("negative round-trip time", PERMIT,
     {"servers": [{"host": "ns1.example.net", "result": "answer", "rtt_ms": -1}]}),
    ("address that is none", PERMIT, {"servers": [{"address": "example.com", "result": "answer"}]}),
    ("unknown finding", PERMIT, {"findings": [{"code": "strange"}]}),
    ("finding without code", PERMIT, {"findings": [{"host": "ns1.example.net"}]}),
    ("decision that is none", PERMIT, {"decisions": {"CA": "maybe"}}),
    ("persist without dnssec", PERMIT, {"persist": {"result": "none"}}),
    ("persist with an unknown result", PERMIT, {"persist": {"result": "maybe", "dnssec": "secure"}}),
    ("failed persist without a reason", PERMIT, {"persist": {"result": "failed", "dnssec": "secure"}}),
    ("valid persist without records", PERMIT, {"persist": {"result": "valid", "dnssec": "secure", "name": "a"}}),
    ("persist of none with records", PERMIT,
     {"persist": {"result": "none", "dnssec": "secure", "ttl": 1, "records": [{"value": "", "result": "malformed"}]}}),
    ("time without zone", PERMIT, {"time": "2026-11-21T23:54:08.123"}),
    ("time without milliseconds", PERMIT, {"time": "2026-11-21T23:54:08Z"}),
    ("negative queries", PERMIT, {"queries": -1}),
    ("negative rank", PERMIT, {"rank": -1}),
    ("no columns", PERMIT, {"input_columns": {}}),
    ("a column that is no text", PERMIT, {"input_columns": {"a": 1}}),
    ("half a query", PERMIT, {"queries": 1.5}),
    ("one attempt", PERMIT, {"attempts": 1}),
    ("empty input", PERMIT, {"input": ""}),
    ("failure without failed_at", FAILURE, {"failed_at": None}),
    ("failure with an RRset", FAILURE, {"caa": PERMIT["caa"]}),
    ("failure with valid_until", FAILURE, {"valid_until": PERMIT["valid_until"]}),
    ("accepted failure of a signed zone", FAILURE, {"may_issue": True, "dnssec": "secure"}),
    ("accepted failure of an unchecked zone", FAILURE, {"may_issue": True, "dnssec": "unchecked"}),
    ("accepted failure without a retry", FAILURE, {"may_issue": True, "retries": 0}),
    ("bogus that is insecure", FAILURE, {"reason": "dnssec_bogus"}),
    ("error that may issue", ERROR, {"may_issue": True}),
    ("error with valid_until", ERROR, {"valid_until": PERMIT["valid_until"]}),
    ("a stopped name that is none", ERROR, {"reason": "stopped"}),
    ("name of 256", ERROR, {"name": "a" * 256}),
]


def changed(record, changes):
    """The record with members set, or taken away where the new value is None."""
    result = copy.deepcopy(record)
    for member, value in changes.items():
        if value is None:
            del result[member]
        else:
            result[member] = value
    return result


class RecordSchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(SCHEMA_PATH, encoding="utf-8") as schema:
            cls.schema = json.load(schema)
        cls.validator = jsonschema.Draft202012Validator(closed(cls.schema))
        cls.published = jsonschema.Draft202012Validator(cls.schema)

    def test_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)
        number = re.search(r":record:(\d+)$", self.schema["$id"]).group(1)
        self.assertRegex(self.schema["title"], rf"^caascan record, version {number}\.\d+$")

    def test_samples_of_the_writer(self):
        lines = subprocess.run([SAMPLES_PROGRAM], check=True, capture_output=True).stdout.decode("ascii").splitlines()
        self.assertGreater(len(lines), 60)
        reasons = set()
        for line in lines:
            record = json.loads(line)
            reasons.add(record["reason"])
            with self.subTest(line=line[:300]):
                self.assertEqual([error.message for error in self.validator.iter_errors(record)], [])
        self.assertEqual(reasons, set(self.schema["properties"]["reason"]["enum"]))

    def test_right_records(self):
        for record in (PERMIT, FAILURE, ERROR, changed(FAILURE, {"may_issue": True}),
                       changed(FAILURE, {"may_issue": True, "would_issue": True})):
            self.assertEqual([error.message for error in self.validator.iter_errors(record)], [])

    def test_wrong_records(self):
        for what, record, changes in WRONG:
            with self.subTest(what):
                self.assertFalse(self.validator.is_valid(changed(record, changes)))

    def test_members_may_be_added(self):
        """Of the published schema, an unknown member is the one thing above that is not wrong."""
        allowed = [what for what, record, changes in WRONG if self.published.is_valid(changed(record, changes))]
        self.assertEqual(allowed, [what for what, _, _ in WRONG if what.startswith("unknown member")])
        self.assertEqual(len(allowed), 4)


if __name__ == "__main__":
    SCHEMA_PATH, SAMPLES_PROGRAM = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
