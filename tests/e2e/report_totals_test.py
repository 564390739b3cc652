"""What `caascan report` counts, jq counts too: every table, row by row and column by column (report_totals.jq)."""

import json
import math
import pathlib
import subprocess
import tempfile

import harness
from harness import CAASCAN, SOURCE
from lab import Lab
from written_records import WRITTEN

PROGRAM = SOURCE / "tests" / "e2e" / "report_totals.jq"
MIX = str(SOURCE / "datasets" / "lab" / "mix-internet.json")
# What tells a table's rows apart.
KEYS = {
    "summary": ["fact"], "span": ["event"], "outcomes": ["outcome"], "reasons": ["reason"], "findings": ["code"],
    "league": ["operator"], "operators": ["operator"], "servers": ["address", "host"], "tlds": ["tld"], "dnssec": ["status"],
    "dnssec_causes": ["code"], "caa_use": ["feature"], "caa_depth": ["depth"], "issuers": ["issuer"], "tags": ["tag"],
    "purposes": ["purpose"], "parameters": ["issuer"], "persist": ["result"],
    "caa_dnssec": ["status"], "caa_tlds": ["tld"], "caa_operators": ["operator"], "caa_ranks": ["rank"],
    "issuer_sets": ["issuers"], "operator_issuers": ["operator", "issuer"], "ede": ["code"], "lapsed_servers": ["host"],
    "missing_servers": ["host"], "decisions": ["ca"], "orders": ["order"], "effort": ["measure"], "broken": ["input", "line"],
}
# Columns that jq cannot give, since they are no counts: sentences that the program knows by heart.
KIND = {"severity", "mender", "meaning", "rfc"}
TEXTS = {
    "findings": KIND, "dnssec_causes": KIND, "issuers": {"known", "nearest"}, "orders": {"remedy"}, "broken": {"problem"},
    "ede": {"meaning"},
}
# Lines that are no records, as jq sees it too: torn, no JSON, no object, without a member that all records have.
BROKEN = [
    b'{"name":"torn.example","outcome":"per\n', b"nonsense\n", b"[]\n", b"7\n", b'{"name":"a.example"}\n',
    b'{"name":"a.example","outcome":"permit","reason":"no_caa","may_issue":"yes","dnssec":"secure",'
    b'"time":"2026-11-22T08:00:00.000Z"}\n',
]
# A percentile stands for values that differ by a 64th at most.
PERCENTILES = {"p50", "p90", "p95", "p99", "p999"}


class ReportTotals(harness.Case):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="caascan-totals-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = pathlib.Path(folder.name)
        lab = Lab(folder.name, scenario=None, mix=MIX, names=3000, seed=11)
        (cls.place / "cas").write_text('"Let\'s Encrypt" letsencrypt.org\nDigiCert digicert.com\n')
        names = "".join(json.dumps({"name": name, "order": f"o{i // 7}"}) + "\n" for i, name in enumerate(lab.names()))
        done = subprocess.run(
            [CAASCAN, "scan", *lab.options(), "--server-rate", "0", "--server-inflight", "0", "--timeout", "400", "--retries",
             "1", "--recheck", "1", "--ca-set", str(cls.place / "cas"), "--input-format", "ndjson"],
            input=names.encode(), check=True, capture_output=True, timeout=harness.PATIENCE_S)
        lab.stop()
        lines = done.stdout.splitlines(keepends=True) + [(line + "\n").encode() for line in WRITTEN]
        # Two files, with broken lines and a blank one among the records, and one torn in the midst of its last.
        cls.files = [cls.place / "one.ndjson", cls.place / "two.ndjson"]
        cls.files[0].write_bytes(b"".join(lines[:900] + BROKEN[:3] + lines[900:1500]) + b"\n" + BROKEN[3])
        cls.files[1].write_bytes(b"".join(BROKEN[4:] + lines[1500:]) + lines[0][:200])
        done = subprocess.run([CAASCAN, "report", "--format", "json", *cls.files], check=True, capture_output=True)
        cls.report = {table: value["rows"] for table, value in json.loads(done.stdout).items() if table != "schema"}
        cls.counted = cls.jq("-f", PROGRAM, *cls.files)
        # Lines have their numbers in their file.
        cls.counted["broken"] = [row for file in cls.files for row in cls.jq("-f", PROGRAM, file)["broken"]]

    @staticmethod
    def jq(*arguments):
        return json.loads(subprocess.run(["jq", "-nR", *arguments], check=True, capture_output=True).stdout)

    def assert_same(self, found, counted, column, where):
        if column in PERCENTILES:
            self.assertTrue(math.isclose(found, counted, rel_tol=1 / 128, abs_tol=0.001), (where, column, found, counted))
        elif isinstance(counted, float) or isinstance(found, float):
            self.assertIsNotNone(found, (where, column))
            self.assertTrue(math.isclose(found, counted, rel_tol=1e-9, abs_tol=1e-12), (where, column, found, counted))
        else:
            self.assertEqual(found, counted, (where, column))

    def assert_table(self, table, rows, counted):
        by_key = lambda row: tuple(str(row[key]) for key in KEYS[table])
        expected = {by_key(row): row for row in counted}
        self.assertEqual([by_key(row) for row in sorted(rows, key=by_key)], sorted(expected), table)
        for row in rows:
            found = {column: cell for column, cell in row.items() if column not in TEXTS.get(table, ())}
            mine = expected[by_key(row)]
            if table == "servers" and mine["operator"] is None:
                mine["operator"] = found["operator"]  # Told by the server's name.
            self.assertEqual(set(found), set(mine), table)
            for column, cell in found.items():
                self.assert_same(cell, mine[column], column, (table, by_key(row)))

    def test_jq_knows_every_table(self):
        schema = json.loads((SOURCE / "docs" / "report.schema.json").read_text())
        self.assertEqual(set(self.counted), set(schema["properties"]) - {"schema", "scans"})
        self.assertEqual(set(self.counted), set(self.report) - {"scans"})  # No counts: metadata.
        self.assertEqual(set(self.counted), set(KEYS))

    def test_each_row_is_what_jq_counts(self):
        for table in KEYS:
            rows = self.report[table]
            if table == "operators":
                rows = [row for row in rows if row["basis"] == "record"]
            if table in ("league", "caa_operators", "operator_issuers"):
                known = {row["operator"] for row in self.report["operators"] if row["basis"] == "record"}
                rows = [row for row in rows if row["operator"] in known]
            with self.subTest(table=table):
                self.assertGreater(len(rows), 0)
                self.assert_table(table, rows, self.counted[table])

    def test_operators_known_by_a_servers_name_add_up(self):
        """jq does not know whose a name is, but how many records have a server's name alone."""
        names = sum(row["names"] for row in self.report["operators"] if row["basis"] == "server name")
        self.assertGreater(names, 0)
        self.assertEqual(names, self.jq(
            '[inputs | fromjson? | objects | select(.time and (.operator | not) and (.servers, .findings | .[]?.host))]'
            ' | map(.name) | unique | length', *self.files))


if __name__ == "__main__":
    harness.main()
