"""caascan history: scans of several days in one file, what changed since when, and what becomes of the file when things
go wrong. The verdicts are from records written here, so that what must be found is known."""

import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import time

import jsonschema

import harness
from harness import CAASCAN, SOURCE


def record(name, reason, operator):
    outcome = {"no_caa": "permit", "servfail": "servfail"}[reason]
    return json.dumps({"name": name, "outcome": outcome, "reason": reason, "may_issue": outcome == "permit",
                       "dnssec": "insecure", "operator": operator, "queries": 2, "retries": 0, "elapsed_ms": 1.0,
                       "time": "2027-03-15T08:00:00.000Z"}, separators=(",", ":")) + "\n"


def day(failing):
    """A hundred names of each operator, of which so many fail."""
    return "".join(record(f"n{i}.{operator}", "servfail" if i < failed else "no_caa", operator)
                   for operator, failed in failing.items() for i in range(100))


class History(harness.Case):

    def history(self, *arguments, stdin=b""):
        return self.run_program(CAASCAN, "history", *arguments, stdin=stdin)

    def add(self, store, date, records, *options):
        done = self.history("add", store, "--date", date, *options, stdin=records.encode())
        self.assertEqual(done.returncode, 0, done.stderr)

    def show(self, store, *options):
        done = self.history("show", store, "--format", "json", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        jsonschema.validate(report, json.loads((SOURCE / "docs" / "history.schema.json").read_text()))
        return report

    def store(self):
        return str(self.folder / "caa.sqlite")

    def test_says_who_got_worse_and_who_better(self):
        store = self.store()
        for number in range(1, 8):
            worse, better = (1, 60) if number < 5 else (50, 2)
            self.add(store, f"2027-03-0{number}", day({"worse.example": worse, "better.example": better, "same.example": 7}))
        rows = {row["key"]: row for row in self.show(store)["operators"]["rows"]}
        self.assertEqual(set(rows), {"worse.example", "better.example"})
        self.assertEqual((rows["worse.example"]["since"], rows["worse.example"]["points"]), ("2027-03-05", 49))
        self.assertEqual((rows["better.example"]["since"], rows["better.example"]["points"]), ("2027-03-05", -58))
        text = self.history("show", store).stdout.decode()
        self.assertIn("worse.example", text)
        self.assertNotIn("same.example", text)

    def test_shards_are_merged(self):
        store = self.store()
        self.add(store, "2027-03-01", day({"a.example": 3}))
        done = self.history("add", store, "--date", "2027-03-01", stdin=day({"b.example": 3}).encode())
        self.assert_one_clear_line(done, "--merge", "--replace")
        self.add(store, "2027-03-01", day({"b.example": 3}), "--merge")
        self.assertEqual([row["names"] for row in self.show(store)["scans"]["rows"]], [200])

    def test_counts_go_to_reports_and_other_histories(self):
        store, other, counts = self.store(), str(self.folder / "other.sqlite"), str(self.folder / "counts.partial.gz")
        self.add(store, "2027-03-01", day({"a.example": 30}), "--label", "x")
        self.assertEqual(self.history("export", store, "--date", "2027-03-01", "--label", "x", "-o", counts).returncode, 0)
        report = json.loads(self.run_program(CAASCAN, "report", "--format", "json", counts).stdout)
        self.assertEqual({row["outcome"]: row["names"] for row in report["outcomes"]["rows"]}["servfail"], 30)
        done = self.history("add", other, counts)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([row["date"] for row in self.show(other)["scans"]["rows"]], ["2027-03-15"], "of the first record")

    def test_other_programs_read_it(self):
        store = self.store()
        self.add(store, "2027-03-01", day({"a.example": 30}))
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT date, label, o.name, n.names, n.failed FROM operator_names n "
                                    "JOIN operators o ON o.id = n.operator JOIN scans s ON s.id = n.scan").fetchall()
        self.assertEqual(rows, [("2027-03-01", "", "a.example", 100, 30)])

    def test_removes(self):
        store = self.store()
        for date in ("2027-03-01", "2027-03-02"):
            self.add(store, date, day({"a.example": 1}))
        self.assertEqual(self.history("remove", store, "--date", "2027-03-01").returncode, 0)
        self.assertEqual([row["date"] for row in self.show(store)["scans"]["rows"]], ["2027-03-02"])
        self.assert_one_clear_line(self.history("remove", store, "--date", "2027-03-01"), "2027-03-01")

    def test_wrong_usage_is_one_line(self):
        store = self.store()
        self.add(store, "2027-03-01", day({"a.example": 1}))
        text = self.file("notes.txt", "no database\n" * 50)
        for arguments, part in (
                (("add", store, "--date", "1.3.2027"), "1.3.2027"), (("show", store, "--merge"), "--merge"),
                (("remove", store), "--date"), (("forget", store), "forget"),
                (("show", str(self.folder / "none.sqlite")), "none.sqlite"), (("show", str(text)), "notes.txt"),
                (("add", str(text), "--date", "2027-03-01"), "notes.txt"),
                (("add", store, "--date", "2027-03-02", "none.ndjson"), "none.ndjson"),
                (("add", store, "--date", "2027-03-02", "--merge", "--replace"), "--replace"),
                (("show", store, "--since", "2027-04-01"), "no scan"), (("show", store, "-o", store), "caa.sqlite")):
            with self.subTest(arguments=arguments):
                done = self.history(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assert_one_clear_line(done, part)
        self.assertEqual(len(self.show(store)["scans"]["rows"]), 1, "as before")
        self.assertEqual(pathlib.Path(text).read_text(), "no database\n" * 50)

    def test_is_as_before_after_a_kill_and_a_full_disk(self):
        store = self.store()
        self.add(store, "2027-03-01", day({"a.example": 1}))
        many = "".join(record(f"n{i}.example", "no_caa", f"operator{i // 10}.example") for i in range(200_000))
        path = self.file("many.ndjson", many)

        def little_disk():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 17, 1 << 17))

        done = subprocess.run([CAASCAN, "history", "add", store, "--date", "2027-03-02", path], capture_output=True,
                              preexec_fn=little_disk, check=False, timeout=harness.PATIENCE_S)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(self.show(store)["scans"]["rows"]), 1)
        killed = subprocess.Popen([CAASCAN, "history", "add", store, "--date", "2027-03-02", path],
                                  stderr=subprocess.DEVNULL)
        time.sleep(0.05)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        self.assertIn(len(self.show(store)["scans"]["rows"]), (1, 2), "all of it or nothing")
        self.add(store, "2027-03-02", day({"a.example": 1}), "--replace")
        self.assertEqual([row["names"] for row in self.show(store)["scans"]["rows"]], [100, 100])


if __name__ == "__main__":
    harness.main()
