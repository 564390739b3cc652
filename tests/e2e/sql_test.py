"""The views of docs/sql say what `caascan report` says, table by table, in SQLite and PostgreSQL, and in DuckDB and
ClickHouse where `scripts/setup --databases` installed them."""

import json
import pathlib
import re
import subprocess
import tempfile

import harness
from database_servers import start_postgres, start_session
from harness import CAASCAN, SOURCE
from lab import Lab
from written_records import WRITTEN

SQL = SOURCE / "docs" / "sql"
MIX = str(SOURCE / "datasets" / "lab" / "mix-internet.json")
# The columns of a table that SQL has too, the key's first.
COUNTS = ["permit", "deny", "servfail", "timeout", "lame", "error"]
SEEN = ["first_seen", "last_seen"]
ADOPTION = ["answered", "with_caa", "existing", "with_caa_existing"]
TABLES = {
    "summary": (1, ["fact", "count", "existing"]), "span": (1, ["event", "time"]), "outcomes": (1, ["outcome", "names", "existing"]),
    "reasons": (1, ["reason", "outcome", "names", "existing"]), "findings": (1, ["code", "names", "findings", "existing", "failed"]),
    "operators": (1, ["operator", "names", *COUNTS, "existing", *SEEN]), "league": (1, ["operator", "failed", "names", "existing"]),
    "servers": (2, ["address", "host", "names", "asked", *SEEN]), "tlds": (1, ["tld", "names", *COUNTS, "with_caa", "existing"]),
    "dnssec": (1, ["status", "names", *COUNTS, "existing"]), "dnssec_causes": (1, ["code", "names", "existing", "failed"]),
    "caa_dnssec": (1, ["status", *ADOPTION]), "caa_tlds": (1, ["tld", *ADOPTION]), "caa_operators": (1, ["operator", *ADOPTION]),
    "caa_ranks": (1, ["rank", *ADOPTION]), "issuer_sets": (1, ["issuers", "names", "existing"]),
    "operator_issuers": (2, ["operator", "issuer", "names", "existing"]),
    "ede": (1, ["code", "names", "reported", "found", "existing"]),
    "lapsed_servers": (1, ["host", "names", "failed", "existing"]), "missing_servers": (1, ["host", "names", "failed", "existing"]),
    "caa_use": (1, ["feature", "names", "existing"]), "caa_depth": (1, ["depth", "names", "existing"]),
    "issuers": (1, ["issuer", "names", "issue", "issuewild", "issuemail", "issuevmc", "existing"]),
    "purposes": (1, ["purpose", "names", *COUNTS]), "parameters": (1, ["issuer", "names", "accounturi", "validationmethods", "nobody", "existing"]),
    "tags": (1, ["tag", "records"]),
    "persist": (1, ["result", "names", "existing"]), "decisions": (1, ["ca", "permit", "deny", "existing"]), "orders": (1, ["order", "names", "name", "reason"]),
}
# A cell of the report that holds counts by a key: the view with a row for each.
LISTS = {
    "operator_failures": ("operators", ["operator"], "failures", ["operator", "reason", "names"]),
    "operator_findings": ("operators", ["operator"], "findings", ["operator", "code", "names"]),
    "ede_reasons": ("ede", ["code"], "reasons", ["code", "reason", "names"]),
    "server_faults": ("servers", ["address", "host"], "faults", ["address", "host", "fault", "count"]),
}


class Sql(harness.Case):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="caascan-sql-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = pathlib.Path(folder.name)
        cls.records = cls.place / "records.ndjson"
        lab = Lab(folder.name, scenario=None, mix=MIX, names=2000, seed=7)
        (cls.place / "cas").write_text('"Let\'s Encrypt" letsencrypt.org\nDigiCert digicert.com\n')
        names = "".join(json.dumps({"name": name, "order": f"o{i // 7}"}) + "\n" for i, name in enumerate(lab.names()))
        done = subprocess.run(
            [CAASCAN, "scan", *lab.options(), "--server-rate", "0", "--server-inflight", "0", "--timeout", "400", "--retries",
             "1", "--recheck", "0", "--ca-set", str(cls.place / "cas"), "--input-format", "ndjson"],
            input=names.encode(), check=True, capture_output=True, timeout=harness.PATIENCE_S)
        lab.stop()
        cls.records.write_bytes(done.stdout + "\n".join(WRITTEN).encode() + b"\n")
        done = subprocess.run([CAASCAN, "report", "--format", "json", cls.records], check=True, capture_output=True)
        cls.report = json.loads(done.stdout)

    def expected(self, table):
        """The rows of the report's table without what SQL does not know."""
        rows = self.report[table]["rows"]
        if table == "summary":
            rows = [row for row in rows if row["fact"] != "broken_lines"]
        if table == "operators":
            rows = [row for row in rows if row["basis"] == "record"]
        if table in ("league", "caa_operators"):
            known = {row["operator"] for row in self.report["operators"]["rows"] if row["basis"] == "record"}
            rows = [row for row in rows if row["operator"] in known]
        if table == "outcomes":
            rows = [row for row in rows if row["names"] > 0]
        if table == "caa_depth":
            def depth(text):
                number = re.match(r"\d+", text)
                return int(number.group()) if number else 0 if text == "the name itself" else -1
            rows = [{**row, "depth": depth(row["depth"])} for row in rows]
        return rows

    def check(self, query):
        """query(view, columns) gives a view's rows as lists."""
        self.assertEqual(set(self.report) - {"schema", "broken", "effort"}, set(TABLES), "a table that SQL lacks")
        for table, (keys, columns) in TABLES.items():
            expected = [[row[column] for column in columns] for row in self.expected(table)]
            self.assertGreater(len(expected), 0, table)
            by_key = lambda row: [str(cell) for cell in row[:keys]]
            self.assertEqual(sorted(query(f"report_{table}", columns), key=by_key), sorted(expected, key=by_key), table)
        for view, (table, keys, cell, columns) in LISTS.items():
            expected = []
            for row in self.expected(table):
                for item in filter(None, row[cell].split(", ")):
                    what, count = item.rsplit(" ", 1)
                    expected.append([*(row[key] for key in keys), what, int(count)])
            self.assertGreater(len(expected), 0, view)
            self.assertEqual(sorted(query(f"report_{view}", columns)), sorted(expected), view)
        self.check_effort(query)

    def check_effort(self, query):
        columns = ["measure", "mean", "min", "p50", "p90", "p95", "p99", "p999", "max"]
        found = {row[0]: row[1:] for row in query("report_effort", columns)}
        self.assertEqual(set(found), {row["measure"] for row in self.report["effort"]["rows"]})
        for row in self.report["effort"]["rows"]:
            for column, value in zip(columns[1:], found[row["measure"]]):
                self.assertAlmostEqual(row[column], float(value), delta=0.01 * float(value) + 0.001, msg=(row["measure"], column))

    def recipe(self, engine):
        """How docs/sql says that records are loaded, with the records of this test."""
        lines = re.findall(r"^--   (.*)$", (SQL / f"{engine}.sql").read_text(), flags=re.MULTILINE)
        self.assertIn("out.ndjson", "".join(lines))
        return "\n".join(lines).replace("out.ndjson", str(self.records)) + "\n"

    def test_sqlite(self):
        database = self.folder / "records.sqlite"
        script = self.recipe("sqlite") + (SQL / "sqlite.sql").read_text() + (SQL / "tables.sql").read_text()
        done = self.run_program("sqlite3", "-bail", database, stdin=script)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

        def query(view, columns):
            names = ", ".join(f'"{column}"' for column in columns)
            answer = self.run_program("sqlite3", "-bail", database, f"SELECT json_array({names}) FROM {view}")
            self.assertEqual(answer.returncode, 0, answer.stderr.decode())
            return [json.loads(line) for line in answer.stdout.decode().splitlines()]
        self.check(query)

    def test_postgresql(self):
        psql = start_postgres(self)
        load = self.file("load.sql", self.recipe("postgresql"))
        done = self.run_program(*psql, "-f", load, "-f", SQL / "postgresql.sql", "-f", SQL / "tables.sql")
        self.assertEqual(done.returncode, 0, done.stderr.decode())

        def query(view, columns):
            names = ", ".join(f'"{column}"' for column in columns)
            answer = self.run_program(*psql, "-At", "-c", f"SELECT json_build_array({names}) FROM {view}")
            self.assertEqual(answer.returncode, 0, answer.stderr.decode())
            return [json.loads(line) for line in answer.stdout.decode().splitlines()]
        self.check(query)

    def embedded(self, engine):
        """Loads the records and makes the views as docs/sql says; then a way to ask for a statement's rows."""
        run = start_session(self, engine)
        script = self.recipe(engine) + "".join((SQL / name).read_text() for name in (f"{engine}.sql", "tables.sql"))
        for statement in filter(str.strip, re.split(r";$", script, flags=re.MULTILINE)):
            run(statement)
        return run

    def test_duckdb(self):
        run = self.embedded("duckdb")

        def query(view, columns):
            return run("SELECT CAST(json_array({}) AS VARCHAR) FROM {}".format(", ".join(f'"{name}"' for name in columns), view))
        self.check(query)

    def test_clickhouse(self):
        run = self.embedded("clickhouse")

        def query(view, columns):
            return run("SELECT toJSONString(tuple({})) FROM {}".format(", ".join(f'"{name}"' for name in columns), view))
        self.check(query)

    def test_a_chunk_is_in_clickhouse_once(self):
        """By the statements of docs/scale-out.md, whatever the machines do."""
        page = re.sub(r"\s+", " ", (SOURCE / "docs" / "scale-out.md").read_text())
        create = re.search(r'clickhouse-client --query "(CREATE TABLE [^"]*)"', page).group(1)
        insert = re.search(r'clickhouse-client --query "(INSERT INTO .*? FORMAT JSONAsString)"', page).group(1)
        run = start_session(self, "clickhouse")
        run("CREATE DATABASE chunks ENGINE = Atomic")
        run("USE chunks")
        run(create)
        lines = self.records.read_text().splitlines()[:30]
        for chunk, part in (("run-00000", lines[:20]), ("run-00001", lines[20:]), ("run-00000", lines[:20])):
            run(insert.replace("'\"'{chunk}'\"'", f"'{chunk}'") + "\n" + "\n".join(part) + "\n")
        self.assertEqual(run("SELECT toJSONString(tuple(count(), uniqExact(id), uniqExact(line))) FROM records"), [[30, 30, 30]])
        for statement in filter(str.strip, re.split(r";$", (SQL / "clickhouse.sql").read_text(), flags=re.MULTILINE)):
            run(statement)
        self.assertEqual(run("SELECT toJSONString(tuple(count())) FROM scan"), [[30]])


if __name__ == "__main__":
    harness.main()
