"""The commands of docs/studies.md print their tables from a scan of the lab: each says something, in every format."""

import json
import pathlib
import re
import shlex
import subprocess
import tempfile

import harness
from harness import CAASCAN, SOURCE
from lab import Lab
from written_records import WRITTEN

PAGE = SOURCE / "docs" / "studies.md"
MIX = str(SOURCE / "datasets" / "lab" / "mix-internet.json")


class Studies(harness.Case):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="caascan-studies-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = pathlib.Path(folder.name)
        cls.commands = [shlex.split(line) for line in re.findall(r"^    (caascan .*)$", PAGE.read_text(), flags=re.MULTILINE)]
        lab = Lab(folder.name, scenario=None, mix=MIX, names=1500, seed=5)
        (cls.place / "list.csv").write_text("".join(f"{i},{name}\n" for i, name in enumerate(lab.names(), 1)))
        (scan,) = [command for command in cls.commands if command[1] == "scan"]
        subprocess.run([CAASCAN, *scan[1:], *lab.options(), "--server-rate", "0", "--server-inflight", "0", "--timeout", "400",
                        "--retries", "1", "--recheck", "0"], cwd=folder.name, check=True, capture_output=True,
                       timeout=harness.PATIENCE_S)
        lab.stop()
        # What the mix has none of: lapsed servers, and errors that resolvers tell.
        with open(cls.place / "out.ndjson", "a", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in WRITTEN)

    def reports(self):
        return [command for command in self.commands if command[1] == "report"]

    def run_in_place(self, command, *more):
        return subprocess.run([CAASCAN, *command[1:], *more], cwd=self.place, capture_output=True, check=False)

    def test_each_study_has_its_one_command(self):
        studies = re.findall(r"^## \d+\. (.*)$", PAGE.read_text(), flags=re.MULTILINE)
        self.assertEqual(len(studies), len(self.reports()) + 1, "all but the one that says why not")
        self.assertEqual(len(studies), 10)

    def test_each_table_says_something(self):
        for command in self.reports():
            (tables,) = [command[i + 1] for i, word in enumerate(command) if word == "--tables"]
            with self.subTest(tables):
                done = self.run_in_place(command, "--format", "json")
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                report = json.loads(done.stdout)
                self.assertEqual(set(report) - {"schema"}, set(tables.split(",")))
                for table in tables.split(","):
                    self.assertGreater(len(report[table]["rows"]), 0, table)

    def test_each_form_prints_them(self):
        for command in self.reports():
            text = self.run_in_place(command)
            self.assertEqual(text.returncode, 0, text.stderr.decode())
            self.assertGreater(len(text.stdout.splitlines()), 5)
            for line in text.stdout.decode().splitlines():
                self.assertLessEqual(len(line), 100, line)
            markdown = self.run_in_place(command, "--format", "markdown")
            self.assertIn(b"| --- |", markdown.stdout)

    def test_shares_have_their_intervals(self):
        done = self.run_in_place(self.reports()[0], "--format", "json")
        rows = [row for table in json.loads(done.stdout).values() if isinstance(table, dict) for row in table["rows"]]
        shares = [(row["share_low"], row["share"], row["share_high"]) for row in rows if row.get("share") is not None]
        self.assertGreater(len(shares), 10)
        for low, share, high in shares:
            self.assertTrue(0 <= low <= share <= high <= 1, (low, share, high))

    def test_an_unknown_table_is_one_clear_line(self):
        done = self.run_in_place(["caascan", "report", "--tables", "caa_tlds,nothing", "out.ndjson"])
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn(b"there is no table nothing; there are summary, ", done.stderr)


if __name__ == "__main__":
    harness.main()
