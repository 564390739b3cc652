"""caascan report, diff and corroborate over a scan of the lab: parts add up, every format is whole, strangers' text comes
out tamed. What the tables count is report_totals_test's."""

import array
import csv
import fcntl
import gzip
import io
import json
import os
import pathlib
import select
import signal
import subprocess
import tempfile
import termios
import time

import jsonschema

import harness
from harness import CAASCAN, SOURCE
from lab import Lab

MIX = str(SOURCE / "datasets" / "lab" / "mix-internet.json")
# Records that no scanner of ours wrote.
HOSTILE = [
    '{"name":"evil.example","outcome":"permit","reason":"issuer_authorized","may_issue":true,"dnssec":"insecure",'
    '"caa":{"owner":"evil.example","ttl":4294967295,"records":[{"flags":255,"tag":"issue",'
    '"value":"<script>alert(1)</script>"},{"flags":0,"tag":"<b>","value":"x"}]},'
    '"operator":"\\u001b[31m<script>alert(2)</script>|`=1+1`","findings":[{"code":"</script><script>alert(3)",'
    '"host":"h<i>","address":"a","evidence":"\\u0007"}],"decisions":{"=cmd|x":"permit"},"queries":18446744073709551615,'
    '"retries":0,"elapsed_ms":1e11,"time":"2026-11-22T08:00:00.000Z"}',
]
BROKEN = [
    '{"name":"torn.example","outcome":"per',
    '{"name":"a.example","name":"b.example","outcome":"permit","reason":"no_caa","may_issue":true,"dnssec":"secure",'
    '"time":"2026-11-22T08:00:00.000Z"}',
    '{"name":"a.example","outcome":"permit","reason":"no_caa","may_issue":true,"dnssec":"secure","queries":1e999,'
    '"time":"2026-11-22T08:00:00.000Z"}',
    "nonsense",
]


class Report(harness.Case):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="caascan-report-")
        cls.addClassCleanup(folder.cleanup)
        cls.records = pathlib.Path(folder.name) / "records.ndjson"
        lab = Lab(folder.name, scenario=None, mix=MIX, names=2000, seed=7)
        cas = pathlib.Path(folder.name) / "cas"
        cas.write_text('"Let\'s Encrypt" letsencrypt.org\nDigiCert digicert.com\n')
        subprocess.run(
            [CAASCAN, "scan", *lab.options(), "--server-rate", "0", "--server-inflight", "0", "--timeout", "400",
             "--retries", "1", "--recheck", "0", "--ca-set", str(cas), "-o", str(cls.records)],
            input="\n".join(lab.names()).encode(), check=True, capture_output=True, timeout=harness.PATIENCE_S)
        lab.stop()

    def report(self, *arguments, stdin=b""):
        done = self.run_program(CAASCAN, "report", *arguments, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def json_report(self, *arguments):
        report = json.loads(self.report("--format", "json", *arguments))
        self.validate(report, "report")
        report.pop("scans", None)  # Of the records' own file alone, and not of copies.
        return report

    def test_shards_add_up_however_they_come(self):
        lines = self.records.read_bytes().splitlines(keepends=True)
        whole = self.json_report(self.records)
        one = self.file("one.ndjson", b"".join(lines[::2]))
        two = self.file("two", gzip.compress(b"".join(lines[1::2])))
        self.assertEqual(self.json_report(one, two), whole)
        self.assertEqual(self.json_report("--threads", "7", two, one), whole)
        piped = json.loads(self.report("--format", "json", stdin=self.records.read_bytes()))
        self.assertEqual(piped, whole)

    def test_partial_reports_add_up(self):
        lines = self.records.read_bytes().splitlines(keepends=True)
        partial = self.folder / "one.partial.gz"
        self.report("--partial", "-o", partial, self.file("one.ndjson", b"".join(lines[:700]) + b"broken\n"))
        rest = self.file("rest.ndjson", b"".join(lines[700:]))
        whole, summed = self.json_report(self.records), self.json_report(partial, rest)
        self.assertEqual(summed["summary"]["rows"][-1]["count"], 1)
        whole.pop("summary"), summed.pop("summary")
        self.assertEqual(summed, whole)
        torn = self.file("torn", b"".join(gzip.decompress(partial.read_bytes()).splitlines(keepends=True)[:-1]))
        done = self.run_program(CAASCAN, "report", torn)
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "torn")

    def test_hostile_lines_are_counted_and_tamed(self):
        path = self.file("hostile.ndjson", "\n".join(HOSTILE + BROKEN))
        report = self.json_report(path)
        self.assertEqual([row["line"] for row in report["broken"]["rows"]], [2, 3, 4, 5])
        self.assertEqual(report["summary"]["rows"][0]["count"], 1)
        text = self.report(path)
        self.assertTrue(text.isascii() and all(c >= " " or c == "\n" for c in text), text)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertNotIn("<script", self.report("--format", "markdown", path))
        folder = self.folder / "tables"
        self.report("--format", "csv", "-o", folder, path)
        self.assertEqual({file.stem for file in folder.iterdir()}, set(report) - {"schema"})
        for file in folder.iterdir():
            rows = list(csv.reader(io.StringIO(file.read_bytes().decode(), newline="")))
            self.assertTrue(all(len(row) == len(rows[0]) for row in rows), file)
            self.assertEqual(len(rows) - 1, len(report[file.stem]["rows"]), file)
        self.assertIn("'=cmd|x", (folder / "decisions.csv").read_text())

    def reading_commands(self):
        """Each command that reads records, from standard input for as long as it likes."""
        one, two = (self.file(name, self.records.read_bytes()) for name in ("one", "two"))
        operator = json.loads(self.records.read_bytes().splitlines()[0])["operator"]
        yield [CAASCAN, "report", "-o", self.folder / "text"]
        yield [CAASCAN, "report", "--partial", "-o", self.folder / "partial"]
        yield [CAASCAN, "report", "--format", "csv", "-o", self.folder / "csv"]
        yield [CAASCAN, "report", "--operator", operator, "-o", self.folder / "dossier"]
        yield [CAASCAN, "diff", "--changes", self.folder / "changes", "-o", self.folder / "diff", one, "-"]
        yield [CAASCAN, "corroborate", "--primary", "-", "--remote", one, "--remote", two, "-o", self.folder / "decisions"]

    def test_a_stopped_report_is_none(self):
        for command in self.reading_commands():
            with self.subTest(command=command[:3]):
                before = sorted(self.folder.iterdir())
                read_end, write_end = os.pipe()
                child = subprocess.Popen(command, stdin=read_end, stderr=subprocess.PIPE)
                os.write(write_end, b"x\n" * 10)
                # It takes the signal over once it has read the first byte.
                while self._unread(write_end):
                    time.sleep(0.01)
                child.send_signal(signal.SIGINT)
                _, errors = child.communicate(timeout=harness.PATIENCE_S)
                os.close(write_end)
                os.close(read_end)
                self.assertEqual(child.returncode, 130, errors)
                self.assertEqual(sorted(self.folder.iterdir()), before)

    def test_a_slow_run_shows_its_progress_on_a_terminal(self):
        line = self.records.read_bytes().splitlines(keepends=True)[0]
        for command in self.reading_commands():
            with self.subTest(command=command[:3]):
                read_end, write_end = os.pipe()
                terminal, its_side = os.openpty()
                child = subprocess.Popen(command, stdin=read_end, stderr=its_side)
                os.close(its_side)
                os.close(read_end)
                shown = b""
                deadline = time.monotonic() + harness.PATIENCE_S
                while b"records read" not in shown and time.monotonic() < deadline:
                    os.write(write_end, line)
                    if select.select([terminal], [], [], 0.1)[0]:
                        shown += os.read(terminal, 4096)
                os.close(write_end)
                self.assertEqual(child.wait(timeout=harness.PATIENCE_S), 0)
                os.close(terminal)
                self.assertIn(b"records read", shown)

    @staticmethod
    def _unread(descriptor):
        """Bytes in a pipe that nobody has read yet."""
        size = array.array("i", [0])
        fcntl.ioctl(descriptor, termios.FIONREAD, size)
        return size[0]

    def validate(self, document, schema):
        jsonschema.validate(document, json.loads((SOURCE / "docs" / f"{schema}.schema.json").read_text()))

    def test_diff_counts_what_decide_changed(self):
        later = self.folder / "later.ndjson"
        self.run_program(CAASCAN, "decide", "--ca", "digicert.com", self.records, "-o", later)
        changes = self.folder / "changes.ndjson"
        done = self.run_program(CAASCAN, "diff", "--format", "json", "--changes", changes, self.records, later)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        report = json.loads(done.stdout)
        self.validate(report, "diff")
        pairs = [[json.loads(line) for line in path.read_text().splitlines()] for path in (self.records, later)]
        changed = {old["name"]: (old["outcome"], new["outcome"]) for old, new in zip(*pairs)
                   if (old["outcome"], old["reason"]) != (new["outcome"], new["reason"])}
        self.assertGreater(len(changed), 0)
        written = [json.loads(line) for line in changes.read_text().splitlines()]
        self.assertEqual({line["name"]: (line["old"]["outcome"], line["new"]["outcome"]) for line in written}, changed)
        facts = {row["fact"]: row["count"] for row in report["summary"]["rows"]}
        self.assertEqual((facts["changed"], facts["in_both"], facts["caa_changed"]), (len(changed), 2000, 0))
        for row in report["transitions"]["rows"]:
            for after in ("permit", "deny", "lame"):
                expected = sum((old["outcome"], new["outcome"]) == (row["old"], after) for old, new in zip(*pairs))
                self.assertEqual(row[after], expected, row)
        text = self.run_program(CAASCAN, "diff", self.records, later).stdout.decode()
        self.assertIn("Outcomes before (rows) and after (columns)", text)

    def test_diff_tells_findings_that_came_stayed_and_went(self):
        """Every third record loses its findings, every third gets one more, and jq counts what is left."""
        later, changes = self.folder / "later.ndjson", self.folder / "changes.ndjson"
        pairs = []
        with open(later, "w", encoding="utf-8") as out:
            for i, line in enumerate(self.records.read_text().splitlines()):
                old = json.loads(line)
                new = {**old, "findings": [] if i % 3 == 0 else old.get("findings", []) + [{"code": "new_one"}] * (i % 3 == 1)}
                out.write(json.dumps({key: value for key, value in new.items() if value != []}) + "\n")
                pairs.append([{finding["code"] for finding in record.get("findings", [])} for record in (old, new)])
        done = self.run_program(CAASCAN, "diff", "--format", "json", "--changes", changes, self.records, later)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        report = json.loads(done.stdout)
        self.validate(report, "diff")
        expected = {}
        for old, new in pairs:
            for code in old | new:
                row = expected.setdefault(code, {"code": code, "came": 0, "stayed": 0, "went": 0})
                row["stayed" if code in old & new else "came" if code in new else "went"] += 1
        self.assertGreater(len(expected), 3)
        by_code = lambda row: row["code"]
        self.assertEqual(sorted(report["findings"]["rows"], key=by_code), sorted(expected.values(), key=by_code))
        for code, row in expected.items():
            for what in ("came", "stayed", "went"):
                of_operators = sum(one[what] for one in report["operator_findings"]["rows"] if one["code"] == code)
                self.assertEqual(of_operators, row[what], (code, what))
        facts = {row["fact"]: row["count"] for row in report["summary"]["rows"]}
        changed = sum(old != new for old, new in pairs)
        self.assertEqual((facts["changed"], facts["findings_changed"]), (0, changed))
        written = [json.loads(line) for line in changes.read_text().splitlines()]
        self.assertEqual((len(written), {tuple(line["changed"]) for line in written}), (changed, {("findings",)}))
        self.assertEqual(sum("new_one" in line["findings"]["came"] for line in written), expected["new_one"]["came"])

    def test_corroborate_decides_by_quorum(self):
        lines = self.records.read_bytes().splitlines(keepends=True)
        primary, one, two = (self.file(name, b"".join(lines)) for name in ("primary", "one", "two"))
        half = self.file("half", b"".join(lines[::2]))
        quarter = self.file("quarter", b"".join(lines[::4]))
        records = [json.loads(line) for line in lines]
        for remotes, step in (((one, two), 1), ((one, half), 1), ((half, quarter), 2), ((one, half, quarter), 2)):
            options = [word for remote in remotes for word in ("--remote", remote)]
            done = self.run_program(CAASCAN, "corroborate", "--primary", primary, *options)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            decisions = [json.loads(line) for line in done.stdout.splitlines()]
            for decision in decisions[:50]:
                self.validate(decision, "corroboration")
            issue = {decision["name"] for decision in decisions if decision["decision"] == "issue"}
            self.assertEqual(len(decisions), 2000)
            self.assertEqual(issue, {r["name"] for r in records[::step] if r["outcome"] == "permit"})
        stale = self.run_program(CAASCAN, "corroborate", "--max-age", "1", "--primary", primary, "--remote", one,
                                 "--remote", two)
        self.assertNotIn(b'"issue"', stale.stdout)
        few = self.run_program(CAASCAN, "corroborate", "--primary", primary, "--remote", one)
        self.assertEqual(few.returncode, 2)
        self.assert_one_clear_line(few, "no quorum")

    def test_corroborate_for_the_audit_log(self):
        lines = self.records.read_bytes().splitlines(keepends=True)
        files = [self.file(name, b"".join(lines)) for name in ("a", "b", "c", "d", "e")]
        names = ["ashburn", "tokyo", "paris", "lagos", "lima"]
        self.file("e", b"".join(lines[1:]))
        first = json.loads(lines[0])["name"]
        remotes = [word for name, file in list(zip(names, files))[1:] for word in ("--remote", f"{name}={file}")]
        def run(**regions):
            given = [word for name, region in regions.items() for word in ("--region", f"{name}={region}")]
            done = self.run_program(CAASCAN, "corroborate", "--primary", f"ashburn={files[0]}", *remotes, *given)
            return done, {(line := json.loads(text))["name"]: line for text in done.stdout.splitlines()}
        done, found = run(ashburn="ARIN", tokyo="apnic", paris="RIPE", lagos="AFRINIC", lima="LACNIC")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        for line in found.values():
            self.validate(line, "corroboration")
            self.assertEqual([remote["perspective"] for remote in line["remotes"]], names[1:])
            self.assertEqual((line["primary"]["perspective"], line["primary"]["region"]), ("ashburn", "ARIN"))
            for seen in (line["primary"], *line["remotes"]):
                self.assertTrue("age_s" not in seen if seen["result"] == "missing" else
                                0 <= seen["age_s"] < seen["max_age_s"] >= 28800, seen)
        self.assertEqual(found[first]["quorum"], "3/4" if json.loads(lines[0])["may_issue"] else "0/4")
        self.assertEqual([r["result"] for r in found[first]["remotes"]][3], "missing")
        issued = {name for name, line in found.items() if line["decision"] == "issue"}
        self.assertGreater(len(issued), 100)
        done, found = run(tokyo="ARIN", paris="ARIN", lagos="ARIN", lima="ARIN")
        self.assertEqual({line["decision"] for line in found.values()}, {"do not issue"})
        for regions, part in (({"tokyo": "ARIN"}, "paris"), ({"rome": "ARIN"}, "rome"), ({"tokyo": "IANA"}, "IANA")):
            done, _ = run(**regions)
            self.assertEqual(done.returncode, 2)
            self.assert_one_clear_line(done, "--region", part)

    def test_a_dossier_on_an_operator(self):
        worst = self.json_report(self.records)["league"]["rows"][0]
        done = self.run_program(CAASCAN, "report", "--operator", worst["operator"].upper(), self.records)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        letter = done.stdout.decode()
        self.assertIn(f"For {worst['failed']} of them the look-up failed.", letter)
        self.assertRegex(letter, r"(?m)^dig \+norec CAA [a-z0-9.-]+ @127\.[0-9.]+$")
        unknown = self.run_program(CAASCAN, "report", "--operator", "Nobody", self.records)
        self.assertEqual(unknown.returncode, 2)
        self.assert_one_clear_line(unknown, "--operator", "Nobody")
        partial = self.folder / "partial"
        self.report("--partial", "-o", partial, self.records)
        counts = self.run_program(CAASCAN, "report", "--operator", worst["operator"], partial)
        self.assertEqual(counts.returncode, 2)
        self.assert_one_clear_line(counts, "--operator", "partial reports")

    def test_orders_that_would_fail(self):
        lines = self.records.read_text().splitlines()
        ordered = [line[:-1] + f',"order":"o{i // 10}"}}' for i, line in enumerate(lines)]
        path = self.file("orders.ndjson", "\n".join(ordered))
        report = self.json_report("--by", "order", path)
        self.assertEqual(set(report), {"schema", "summary", "orders", "broken"})
        expected = {}
        for i, line in enumerate(lines):
            if not json.loads(line)["would_issue"]:
                expected[f'"o{i // 10}"'] = expected.get(f'"o{i // 10}"', 0) + 1
        self.assertEqual({row["order"]: row["names"] for row in report["orders"]["rows"]}, expected)
        self.assertTrue(all(row["remedy"] for row in report["orders"]["rows"]))

    def test_wrong_usage_is_one_clear_line(self):
        missing = self.run_program(CAASCAN, "report", "/no/such/file")
        self.assertEqual(missing.returncode, 2)
        self.assert_one_clear_line(missing, "/no/such/file")
        folder = self.run_program(CAASCAN, "report", "--format", "csv", self.records)
        self.assertEqual(folder.returncode, 2)
        self.assert_one_clear_line(folder, "folder")
        full = self.run_program(CAASCAN, "report", "-o", "/dev/full", self.records)
        self.assertEqual(full.returncode, 1)
        self.assert_one_clear_line(full, "/dev/full")


if __name__ == "__main__":
    harness.main()
