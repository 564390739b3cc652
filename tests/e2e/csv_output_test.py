"""Records as CSV, what a suffix of -o asks for, and the way from NDJSON to Parquet."""

import csv
import gzip
import json
import os
import re
import shutil
import subprocess

import harness
from harness import CAASCAN, SOURCE
from lab import Lab

DATABASES = SOURCE / ".cache" / "databases" / "node_modules"
HOSTILE = [{"name": "www.example.com", "id": "=HYPERLINK(\"http://x\",1)"}, {"name": "=1+1,\n\"x\""}, {"name": "-a b"},
           {"name": "a.example", "order": {"a,b": "\r\n\u2028"}}, {"name": "+caf\u00e9 \u001b[2J"}]


class CsvOutput(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)

    def run_scan(self, output, *options, names):
        return self.run_program(CAASCAN, "scan", *self.lab.options(), "--timeout", "400", "--retries", "1", "--recheck", "0",
                                "-o", output, *options, stdin=names)

    def columns(self):
        """As docs/csv.md lists them."""
        rows = re.findall(r"^\| (`.*?) \|", (SOURCE / "docs" / "csv.md").read_text(), re.MULTILINE)
        return [name for row in rows for name in re.findall(r"`(\w+)`", row)]

    def test_csv_says_what_ndjson_says(self):
        names = "".join(name + "\n" for name in self.lab.names())
        (self.folder / "cas").write_text('"Let\'s Encrypt" letsencrypt.org\n"=CA, Inc." digicert.com\n')
        options = ["--ca-set", self.folder / "cas", "--servers", "all"]
        plain, packed = self.folder / "out.ndjson", self.folder / "out.CSV.gz"
        for output in (plain, packed):
            done = self.run_scan(output, *options, names=names)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = {record["name"]: record for record in map(json.loads, plain.read_text().splitlines())}
        text = gzip.decompress(packed.read_bytes()).decode()
        self.assertEqual(text.count("\n"), len(records) + 1)
        self.assertEqual(text.count("\n"), text.count("\r\n"))
        rows = list(csv.DictReader(text.split("\r\n"), strict=True))
        self.assertEqual(list(rows[0]), self.columns())
        self.assertEqual({row["name"] for row in rows}, set(records))
        self.assertGreater(len(rows), 50)
        for row in rows:
            record = records[row["name"]]
            same = ("outcome", "reason", "dnssec")
            self.assertEqual([row[column] for column in same], [record[column] for column in same])
            for column in ("may_issue", "would_issue", "nxdomain"):
                self.assertEqual(row[column], json.dumps(record.get(column, False)))
            caa = record.get("caa", {"owner": "", "records": []})
            self.assertEqual((row["caa_owner"], row["caa"].count('"')), (caa["owner"], 2 * len(caa["records"])))
            self.assertEqual(row["cname"].split(), record.get("cname", []))
            self.assertEqual(len(row["decisions"]) > 0, "decisions" in record)

    def test_what_strangers_wrote_stays_in_its_cell_and_is_no_formula(self):
        output = self.folder / "out.csv"
        names = "".join(json.dumps(line) + "\n" for line in HOSTILE)
        done = self.run_scan(output, "--input-format", "ndjson", names=names)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn(f"{len(HOSTILE)} names in, {len(HOSTILE)} records out", done.stderr.decode())
        text = output.read_bytes().decode()
        self.assertEqual(text.count("\n"), len(HOSTILE) + 1)
        rows = list(csv.DictReader(text.split("\r\n"), strict=True))
        self.assertEqual(len(rows), len(HOSTILE))
        for row in rows:
            for cell in row.values():
                self.assertNotRegex(cell, r"^[=+@\t\r-]|[\x00-\x1f\x7f\u2028]", row)
        self.assertIn("'=1+1", {row["name"][:5] for row in rows})

    def test_a_name_for_each_form(self):
        for name, first in (("a", b"{"), ("a.jsonl", b"{"), ("a.json", b"{"), ("a.csv", b"n"), ("scan.2026", b"{"), ("a.csv.zst", b"\x28")):
            with self.subTest(name=name):
                done = self.run_scan(self.folder / name, names="www.example.com\n")
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.assertEqual((self.folder / name).read_bytes()[:1], first)

    def test_other_suffixes_are_refused_with_the_way_to_parquet(self):
        names = self.file("names.txt", "www.example.com\n")
        for name in ("a.parquet", "a.xz", "a.ndjson.xz", "a.ndjson.bz2", "a.tsv", "a.xlsx", "a.txt", "example.com"):
            for subcommand in (["scan", *self.lab.options()], ["decide"]):
                with self.subTest(name=name, subcommand=subcommand[0]):
                    done = self.run_program(CAASCAN, *subcommand, names, "-o", self.folder / name)
                    self.assertEqual(done.returncode, 2)
                    self.assert_one_clear_line(done, "--output", name, "NDJSON", "CSV", "duckdb -c")
                    self.assertFalse((self.folder / name).exists())
        done = self.run_program(CAASCAN, "decide", names, "-o", self.folder / "a.csv")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "a.csv", "NDJSON alone")

    def test_csv_is_not_resumed(self):
        output = self.folder / "a.csv"
        self.assertEqual(self.run_scan(output, names="www.example.com\n").returncode, 0)
        before = output.read_bytes()
        done = self.run_scan(output, "--resume", names="www.example.com\n")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--resume", "CSV", "NDJSON")
        self.assertEqual(output.read_bytes(), before)

    def parquet_line(self):
        done = self.run_program(CAASCAN, "scan", "-o", "out.parquet", stdin="")
        (statement,) = re.findall(r'duckdb -c "(.*?)"', done.stderr.decode())
        return statement

    def test_one_line_makes_parquet_wherever_it_is_told(self):
        statement = self.parquet_line()
        self.assertEqual(statement, "COPY (FROM read_json('out.ndjson', sample_size = -1)) TO 'out.parquet'")
        for text in ((SOURCE / "docs" / "csv.md").read_text(), self.run_program(CAASCAN, "scan", "--help").stdout.decode()):
            self.assertIn(f'duckdb -c "{statement}"', text)

    def test_duckdb_makes_parquet_by_that_line(self):
        if shutil.which("node") is None or not DATABASES.exists():
            self.skipTest("there is no duckdb (scripts/setup --databases)")
        names = "".join(json.dumps({"name": name, "id": at if at % 2 else {"at": at}}) + "\n" for at, name in enumerate(self.lab.names()))
        (self.folder / "cas").write_text('"Let\'s Encrypt" letsencrypt.org\n')
        done = self.run_scan(self.folder / "out.ndjson", "--ca-set", self.folder / "cas", "--input-format", "ndjson", names=names)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        statements = [self.parquet_line(), "SELECT CAST(json_array(count(*), count(DISTINCT name)) AS VARCHAR) FROM 'out.parquet'"]
        ran = subprocess.run(
            ["node", SOURCE / "tests" / "e2e" / "databases" / "query.cjs", "duckdb", ":memory:"], cwd=self.folder, check=True,
            text=True, capture_output=True, env={**os.environ, "NODE_PATH": str(DATABASES)},
            input="".join(json.dumps(statement) + "\n" for statement in statements))
        count = len(self.lab.names())
        self.assertEqual(json.loads(ran.stdout.split()[-1]), [count, len(set(self.lab.names()))])


if __name__ == "__main__":
    harness.main()
