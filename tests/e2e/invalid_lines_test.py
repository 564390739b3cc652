"""Lines that are no name: each has its record, its number, and why.

All names are below .test, which is not in the public DNS, so no query is sent for them.
"""

import collections
import csv
import io
import json

import jsonschema

import harness
from harness import CAASCAN, SOURCE

SOA = "test. 900 IN SOA ns.test. h.test. 1 2 3 4 5\n"


class InvalidLines(harness.Case):

    def run_scan(self, *arguments, stdin=b""):
        return self.run_program(CAASCAN, "scan", "--dnssec", "off", *arguments, stdin=stdin)

    def records_of(self, done, exit_code=0):
        self.assertEqual(done.returncode, exit_code, done.stderr.decode())
        return [json.loads(line) for line in done.stdout.splitlines()]

    def both_ways(self, text, *options):
        """The text as a file whose name says nothing, and on standard input."""
        yield self.run_scan(*options, self.file("list.txt", text))
        yield self.run_scan(*options, stdin=text)

    FAULTY = {
        "lines": ("# list\na.test\nno name\n\na..b\n.\n", {3: "character that no domain name holds", 5: "empty label",
                                                       6: "the root has no CAA"}),
        "csv": ("rank,name\n1,a.test\n2,no name\n", {3: "character that no domain name holds"}),
        "ndjson": ('{"name":"a.test"}\n{"name":"b.test"\n{"id":3}\n{"name":"c.test" "id":4}\n{"name":"a b"}\n',
                   {2: "JSON object that breaks off", 3: "no member that is a name",
                    4: "JSON object that is broken at byte 18", 5: "character that no domain name holds"}),
        "zone": (SOA + "b.test. NS (\n ns.test. \"\n\nb.test. 60 IN\na.test. 60 IN NS ns.test.\n",
                 {2: "quote that stays open", 5: "not a record: it has no known type"}),
    }

    def test_an_invalid_line_says_its_number_and_why(self):
        validator = jsonschema.Draft202012Validator(harness.record_schema())
        for what, (text, faults) in self.FAULTY.items():
            for done in self.both_ways(text):
                with self.subTest(what):
                    records = self.records_of(done)
                    for record in records:
                        validator.validate(record)
                    invalid = [record for record in records if record["reason"] == "invalid_name"]
                    self.assertEqual({record["line"]: record["detail"] for record in invalid}, faults)
                    self.assertEqual([record["name"] for record in records if record not in invalid], ["a.test"])
                    self.assertEqual(len(records), len(faults) + 1)

    def test_check_says_why_too(self):
        done = self.run_program(CAASCAN, "check", "--json", "a.test", "no name", "a..b")
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([record.get("detail") for record in records],
                         [None, "character that no domain name holds", "empty label"])
        self.assertEqual([record for record in records if "line" in record or "id" in record], [])
        self.assertNotIn("holds no name", done.stderr.decode())

    def test_csv_has_columns_for_them(self):
        path = self.folder / "out.csv"
        done = self.run_scan("-o", path, stdin=self.FAULTY["lines"][0])
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        rows = csv.DictReader(io.StringIO(path.read_text()))
        found = {int(row["line"]): row["detail"] for row in rows if row["line"]}
        self.assertEqual(found, self.FAULTY["lines"][1])

    def test_resume_finds_invalid_lines_again(self):
        text = "".join(f"no name {i % 40}\nn{i}.test\na..{i}\n" for i in range(200))
        names = self.file("names.txt", text)
        output = self.folder / "out.ndjson"
        self.assertEqual(self.run_scan("-o", output, names).returncode, 0)
        whole = output.read_bytes().splitlines(keepends=True)
        self.assertEqual(len(whole), 600)
        output.write_bytes(b"".join(whole[::3]) + whole[1][:20])
        done = self.run_scan("-o", output, "--resume", names)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn("400 names in, 400 records out", done.stderr.decode())

        def keys(lines):
            return collections.Counter(
                (record["name"], record.get("line"), record.get("detail")) for record in map(json.loads, lines))

        self.assertEqual(keys(output.read_bytes().splitlines()).total(), 600)
        self.assertEqual({key[0] for key in keys(output.read_bytes().splitlines())}, {key[0] for key in keys(whole)})
        names_of = collections.Counter(json.loads(line)["name"] for line in whole)
        self.assertEqual(collections.Counter(json.loads(line)["name"] for line in output.read_bytes().splitlines()), names_of)

    def test_a_file_that_is_no_list_ends_with_2(self):
        rows = {
            "a list of names": ("no name\n", "give a name a line"),
            "CSV": ("1,no name\n", "--column"),
            "NDJSON": ('{"id":1}\n', "--key"),
            "a zone file": ("a.test. 60 IN NS\n", "give records"),
        }
        first = {"a zone file": "$ORIGIN test.\n"}
        for what, (line, advice) in rows.items():
            text = first.get(what, "") + line * 1500
            for done in self.both_ways(text):
                with self.subTest(what):
                    records = self.records_of(done, 2)
                    self.assertEqual(collections.Counter(record["reason"] for record in records), {"invalid_name": 1000})
                    *before, last = done.stderr.decode().splitlines()
                    for part in ("what is this?", f"was read as {what}, but its first 1000 lines", advice):
                        self.assertIn(part, last)
                    # That no column was found is said when the first rows are read.
                    self.assertEqual(len(before), 1 if what == "CSV" else 0, before)
        names = self.file("names.txt", "a.test\n")
        done = self.run_scan("--dry-run", names, self.file("junk", "no name\n" * 1000))
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assert_one_clear_line(done, "what is this?")

    def test_a_name_among_the_first_thousand_lines_is_enough(self):
        done = self.run_scan(stdin="no name\n" * 999 + "a.test\n" + "no name\n" * 1000)
        self.assertEqual(len(self.records_of(done)), 2000)
        self.assert_one_clear_line(done, "2,000 names in, 2,000 records out")

    def test_a_short_file_without_a_name_says_so(self):
        done = self.run_scan(stdin="no name\na..b\n")
        self.assertEqual(len(self.records_of(done)), 2)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertIn('standard input holds no name: it was read as a list of names, and line 1 is "no name"', lines[0])

    def test_addresses_are_a_list_of_their_own(self):
        addresses = [f"192.0.{i // 250}.{i % 250}" for i in range(1500)] + ["2001:db8::1", "[2001:db8::1]", "192.0.2.0/24"]
        done = self.run_scan(stdin="".join(address + "\n" for address in addresses))
        records = self.records_of(done)
        self.assertEqual(sorted(record["name"] for record in records), sorted(addresses))
        self.assertEqual({record["detail"] for record in records}, {"IP address"})
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("standard input holds IP addresses alone", lines[0])


if __name__ == "__main__":
    harness.main()
