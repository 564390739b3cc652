"""The recipes of docs/data.md count the records of a lab's scan as jq does: those whose tools Debian or npm have, where they
are installed. The page says of each whether it is run here; so does this test."""

import datetime
import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import harness
from database_servers import start_postgres, start_session
from harness import CAASCAN, SOURCE
from lab import Lab
from written_records import WRITTEN

PAGE = (SOURCE / "docs" / "data.md").read_text()
PARQUET = SOURCE / "docs" / "sql" / "parquet.sql"
MIX = str(SOURCE / "datasets" / "lab" / "mix-internet.json")
RUN_HERE = ["DuckDB, and Parquet", "ClickHouse", "PostgreSQL", "SQLite", "pandas", "R"]


def recipes(kind):
    found = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found, kind
    return found


class DataTools(harness.Case):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="caascan-data-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = pathlib.Path(folder.name)
        cls.records = cls.place / "out.ndjson"
        lab = Lab(folder.name, scenario=None, mix=MIX, names=1000, seed=3)
        done = subprocess.run(
            [CAASCAN, "scan", *lab.options(), "--server-rate", "0", "--server-inflight", "0", "--timeout", "400", "--retries", "1",
             "--recheck", "0"], input="\n".join(lab.names()).encode(), check=True, capture_output=True, timeout=harness.PATIENCE_S)
        lab.stop()
        cls.records.write_bytes(done.stdout + "\n".join(WRITTEN).encode() + b"\n")
        cls.lines = [json.loads(line) for line in cls.records.read_text().splitlines()]
        counted = subprocess.run(["jq", "-rn", "reduce inputs as $r ({}; .[$r.outcome] += 1) | to_entries[] | [.key, .value] | @tsv",
                                  cls.records], check=True, capture_output=True, text=True).stdout
        cls.outcomes = {outcome: int(names) for outcome, names in map(str.split, counted.splitlines())}

    def assert_outcomes(self, text, separator=None):
        self.assertEqual({row[0]: int(row[1]) for row in (line.split(separator) for line in text.split("\n") if line)}, self.outcomes)

    def test_the_page_says_what_is_run(self):
        sections = re.findall(r"^## (.*)\n\n(.*)$", PAGE, flags=re.MULTILINE)
        self.assertEqual([title for title, text in sections if text.startswith("Run in the test")], RUN_HERE)
        self.assertEqual([title for title, text in sections if text.startswith("Not run in the test")], ["polars"])
        self.assertEqual(len(sections), len(RUN_HERE) + 1)

    def test_duckdb_and_parquet(self):
        run = start_session(self, "duckdb", self.place)
        run(PARQUET.read_text())
        outcomes, issuers = (query.strip().rstrip(";") for query in recipes("sql duckdb"))
        rows = run(f"SELECT CAST(json_array(outcome, names) AS VARCHAR) FROM ({outcomes})")
        self.assertEqual({outcome: int(names) for outcome, names in rows}, self.outcomes)
        expected = {}
        for record in self.lines:
            values = {entry["value"].split(";")[0] for entry in record.get("caa", {}).get("records", []) if entry["tag"] == "issue"}
            for issuer in values:
                expected.setdefault(issuer, set()).add(record["name"])
        rows = run(f"SELECT CAST(json_array(issuer, names) AS VARCHAR) FROM ({issuers})")
        self.assertEqual({issuer: int(names) for issuer, names in rows}, {issuer: len(names) for issuer, names in expected.items()})
        self.check_types(run)

    def check_types(self, run):
        """Parquet has a column for each member of the schema, and each record's members as they were."""
        members = set(harness.record_schema()["properties"]) - {"climb", "chain"}  # Of `caascan check` alone.
        columns = dict(run("SELECT CAST(json_array(column_name, column_type) AS VARCHAR) FROM (DESCRIBE FROM 'out.parquet')"))
        self.assertEqual(set(columns), members)
        self.assertNotIn("VARCHAR", {columns["caa"], columns["servers"], columns["findings"], columns["rank"], columns["time"]})
        read = run("SELECT CAST(json_array(name, caa.ttl, len(servers), rank, nxdomain, epoch_ms(time)) AS VARCHAR) FROM 'out.parquet'")
        milliseconds = lambda time: round(datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp() * 1000)
        wanted = [[record["name"], record.get("caa", {}).get("ttl"), len(record["servers"]) if "servers" in record else None,
                   record.get("rank"), record.get("nxdomain"), milliseconds(record["time"])] for record in self.lines]
        self.assertEqual(sorted(read, key=json.dumps), sorted(wanted, key=json.dumps))

    def test_clickhouse(self):
        run = start_session(self, "clickhouse", self.place)
        (query,) = recipes("sql clickhouse")
        query = query.strip().rstrip(";").replace("'out.ndjson'", f"'{self.records}'")
        rows = run(f"SELECT toJSONString(tuple(outcome, names)) FROM ({query})")
        self.assertEqual({outcome: int(names) for outcome, names in rows}, self.outcomes)

    def test_postgresql(self):
        psql = start_postgres(self)
        (recipe,) = recipes("sql postgresql")
        done = subprocess.run([*psql, "-At", "-F", " "], input=recipe, cwd=self.place, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assert_outcomes(done.stdout)

    def test_sqlite(self):
        (recipe,) = recipes("sql sqlite")
        done = subprocess.run(["sqlite3", "-bail"], input=recipe, cwd=self.place, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assert_outcomes(done.stdout)

    def test_pandas(self):
        if importlib.util.find_spec("pandas") is None:
            self.skipTest("there is no pandas (Debian's python3-pandas)")
        (recipe,) = recipes("python pandas")
        done = subprocess.run(["/usr/bin/python3", "-"], input=recipe, cwd=self.place, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_outcomes(done.stdout)

    def test_r(self):
        have = shutil.which("Rscript") is not None and subprocess.run(
            ["Rscript", "-e", "library(jsonlite)"], capture_output=True, check=False).returncode == 0
        if not have:
            self.skipTest("there is no R with jsonlite (Debian's r-cran-jsonlite)")
        (recipe,) = recipes("r")
        done = subprocess.run(["Rscript", self.file("count.R", recipe)], cwd=self.place, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_outcomes(done.stdout)


if __name__ == "__main__":
    harness.main()
