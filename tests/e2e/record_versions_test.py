"""Records of other versions are read: of the first, without the members that came later, and of a later one, with members
that this version does not know (docs/records.md)."""

import copy
import json

import jsonschema

import harness
from harness import CAASCAN, SOURCE

OLD = SOURCE / "tests" / "e2e" / "data" / "records-1.0.ndjson"


def later(record):
    """As a later version may write it: members that are new, in every object, and in another order."""
    def grown(part):
        if isinstance(part, list):
            return [grown(one) for one in part]
        if isinstance(part, dict):
            return {"new_member": {"of": [1, "x", None]}, **{key: grown(one) for key, one in reversed(part.items())}, "z": 1.5}
        return part
    # The keys of decisions are names of CAs, no members.
    return {**grown({key: value for key, value in record.items() if key != "decisions"}),
            **{key: value for key, value in record.items() if key == "decisions"}}


class RecordVersions(harness.Case):

    def setUp(self):
        super().setUp()
        self.old = [json.loads(line) for line in OLD.read_text().splitlines()]
        self.now = [{**record, "would_issue": record["outcome"] == "permit"} for record in self.old]

    def write(self, name, records):
        return self.file(name, "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records))

    def report(self, *files, options=()):
        done = self.run_program(CAASCAN, "report", "--format", "json", *options, *files)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def test_the_schema_allows_what_a_later_version_adds(self):
        published = jsonschema.Draft202012Validator(json.loads((SOURCE / "docs" / "record.schema.json").read_text()))
        of_this_version = jsonschema.Draft202012Validator(harness.record_schema())
        for record in self.now[:4]:
            self.assertEqual([error.message for error in published.iter_errors(later(record))], [])
            self.assertEqual([error.message for error in of_this_version.iter_errors(record)], [])
            self.assertFalse(of_this_version.is_valid(later(record)))

    def test_a_report_counts_them_alike(self):
        expected = self.report(self.write("now", self.now))
        self.assertEqual(expected["broken"]["rows"], [])
        self.assertEqual(expected["summary"]["rows"][0]["count"], len(self.old))
        self.assertEqual({row["fact"]: row["count"] for row in expected["summary"]["rows"]}["would_issue"], 2)
        self.assertEqual(self.report(OLD), expected)
        self.assertEqual(self.report(self.write("later", map(later, self.now))), expected)

    def test_the_other_commands_read_them(self):
        new = self.write("later", map(later, self.now))
        for file in (OLD, new):
            for command in (["decide", "--ca", "digicert.com"], ["diff", OLD],
                            ["report", "--operator", "Old DNS"], ["report", "--partial"]):
                done = self.run_program(CAASCAN, *command, file)
                self.assertEqual(done.returncode, 0, (command, done.stderr.decode()))
                self.assertNotIn(b"broken", done.stderr, command)

    def test_decide_keeps_what_it_does_not_know(self):
        new = [later(record) for record in self.now]
        done = self.run_program(CAASCAN, "decide", "--ca", "digicert.com", self.write("later", new))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        for before, line in zip(new, done.stdout.splitlines()):
            after = json.loads(line)
            self.assertEqual(after["new_member"], before["new_member"])
            self.assertEqual(after.get("caa"), before.get("caa"))

    def test_a_reason_of_a_later_version_is_a_broken_line(self):
        record = copy.deepcopy(self.now[0])
        record["reason"] = "a_later_reason"
        (broken,) = self.report(self.write("later", [self.now[1], record]))["broken"]["rows"]
        self.assertEqual((broken["line"], broken["problem"]), (2, "reason is not one that this version knows"))


if __name__ == "__main__":
    harness.main()
