"""Allocations that fail, one at a time and all from one on, spread over a whole run: the program ends by an exit code, with one
line on standard error, and what it wrote is whole and true. fail_allocations.cc makes them fail."""

import concurrent.futures
import gzip
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import harness
from harness import BUILD, CAASCAN
from lab import Lab

LIBRARY = str(BUILD / "lib" / "fail_allocations.so")
SCAN_FAILURES, OTHER_FAILURES = 300, 60  # So many allocations, and
FIRST_FAILURES = 20                        # the first ones, before main, fail alone, and with all that follow.
AT_ONCE = 4
SUMMARY = re.compile(r"caascan \w+: \d+ ")  # The last allocations come behind it.
_SIGNED = {"denial": "nsec3", "algorithm": "ED25519"}
WORLD = {
    "description": "A few zones of different kinds.",
    "zones": [
        {"zone": ".", "servers": [{"host": "a.root-servers.test.", "addresses": ["127.0.1.1"]}], "dnssec": True},
        {"zone": "test", "dnssec": True},
        {"zone": "co.test", "dnssec": _SIGNED, "records": ['@ CAA 0 issue "letsencrypt.org"', "alias CNAME www.open.test."]},
        {"zone": "rsa.test", "dnssec": True, "records": ['www CAA 0 issue "ca.example"']},
        {"zone": "open.test", "records": ['www CAA 0 issue "ca.example"', '@ CAA 128 tbs "x"', "mail A 127.9.0.1"]},
        {"zone": "none.test", "records": ["www A 127.9.0.1"]},
        {"zone": "bad.test", "dnssec": {"faults": ["expired"]}, "records": ['@ CAA 0 issue "letsencrypt.org"']},
        {"zone": "lame.test", "faults": [{"fault": "rcode", "rcode": "REFUSED"}]},
        {"zone": "broken.test", "faults": [{"fault": "rcode", "rcode": "SERVFAIL", "types": ["CAA"]}]}]}
NAMES = ["co.test", "alias.co.test", "www.co.test", "www.rsa.test", "www.open.test", "mail.open.test", "none.test", "bad.test",
         "lame.test", "broken.test", "bücher.test", "no name"]
VERDICT = ("name", "outcome", "reason", "may_issue", "dnssec")


def verdicts(text):
    """{name: what was decided} of whole lines of NDJSON; an error where a line is torn."""
    if text and not text.endswith("\n"):
        raise ValueError(f"torn: {text[-200:]}")
    records = [json.loads(line) for line in text.splitlines()]
    return {record["name"]: [record.get(field) for field in VERDICT] for record in records}


class MemoryTest(harness.Case):

    def setUp(self):
        super().setUp()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # For the programs that are started.

    def run_failing(self, arguments, fail_at, on=False, **settings):
        """The program's end, where that allocation fails."""
        environment = {"LD_PRELOAD": LIBRARY, "FAIL_ALLOCATION": str(fail_at), **settings}
        if on:
            environment["FAIL_ALLOCATION_ON"] = "1"
        return subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=harness.PATIENCE_S, check=False,
                              env={**os.environ, **environment})

    def count_allocations(self, arguments):
        """How many allocations an undisturbed run makes."""
        counts = self.folder / "allocations"
        done = self.run_failing(arguments, 0, FAIL_ALLOCATION_COUNT=str(counts))
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(counts.read_text())

    def assert_ends_well(self, arguments_in, failures, check):
        """Runs arguments_in(folder) with failures spread over the whole run; check(folder, done) looks at what each leaves."""
        allocations = self.count_allocations(arguments_in(self.part("undisturbed")))
        self.assertGreater(allocations, failures)
        places = {1 + i * allocations // failures for i in range(failures)} | set(range(1, FIRST_FAILURES))
        cases = [(at, on) for at in sorted(places) for on in (False, True)]

        def fail(case):
            """(exit code, last line of standard error, what is wrong with this end or None)"""
            folder = self.part("-".join(map(str, case)))
            try:
                done = self.run_failing(arguments_in(folder), *case)
            except subprocess.TimeoutExpired:
                return None, f"allocation {case[0]} of {allocations}{' and on' if case[1] else ''}: it does not end"
            lines = done.stderr.decode().splitlines() or [""]
            problem = None
            try:
                self.assertIn(done.returncode, (0, 1))
                if done.returncode != 0:
                    self.assertEqual(lines[-1], "caascan: out of memory")
                    self.assertTrue(not lines[:-1] or SUMMARY.match(lines[0]) and len(lines) == 2)
                check(folder, done)
            except (AssertionError, ValueError) as error:
                problem = f"allocation {case[0]} of {allocations}{' and on' if case[1] else ''}: {error}, {lines}"
            shutil.rmtree(folder)
            return done.returncode, problem

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            ends = list(pool.map(fail, cases))
        problems = [problem for _, problem in ends if problem]
        self.assertFalse(problems, "\n".join(problems[:20]))
        unfinished = sum(code == 1 for code, _ in ends)
        print(f"{allocations} allocations, {len(ends)} runs, {unfinished} out of memory", file=sys.stderr)
        self.assertGreater(unfinished, len(ends) // 2)

    def part(self, name):
        """A folder of its own for one run."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def serve(self):
        """The options that lead a scan into the world."""
        lab = Lab(self.folder, scenario=self.file("world.json", json.dumps(WORLD)))
        self.addCleanup(lab.stop)
        return lab.options()

    def scan_arguments(self, options, names, *more):
        """How the world is scanned, fast."""
        return [CAASCAN, "scan", *options, "--threads", "2", "--recheck", "0", *more, names]

    def assert_some_of(self, expected, text, done):
        """The lines are whole, and true; and all there where the program says so."""
        found = verdicts(text)
        self.assertLessEqual(found.items(), expected.items())
        if done.returncode == 0:
            self.assertEqual(found, expected)

    def test_scan_and_resume(self):
        options, names = self.serve(), self.file("names", "\n".join(NAMES) + "\n")
        whole = self.run_program(*self.scan_arguments(options, names))
        expected = verdicts(whole.stdout.decode())
        self.assertEqual(len(expected), len(NAMES), whole.stderr)

        def arguments(folder):
            return self.scan_arguments(options, names, "-o", str(folder / "out"))

        def check(folder, done):
            output = folder / "out"
            self.assert_some_of(expected, output.read_text() if output.is_file() else "", done)
        self.assert_ends_well(arguments, SCAN_FAILURES, check)

        done = self.run_failing(arguments(self.folder), 4 * self.count_allocations(arguments(self.part("all"))) // 5)
        self.assertEqual(done.returncode, 1, done.stderr)
        resumed = self.run_program(*arguments(self.folder), "--resume")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertEqual(verdicts((self.folder / "out").read_text()), expected)

    def test_scan_into_a_pipe(self):
        options, names = self.serve(), self.file("names", "\n".join(NAMES) + "\n")
        expected = verdicts(self.run_program(*self.scan_arguments(options, names)).stdout.decode())
        self.assert_ends_well(lambda folder: self.scan_arguments(options, names), OTHER_FAILURES,
                              lambda folder, done: self.assert_some_of(expected, done.stdout.decode(), done))

    def test_check(self):
        arguments = [CAASCAN, "check", *self.serve(), "--recheck", "0", "--json", "co.test", "none.test"]
        expected = verdicts(self.run_program(*arguments).stdout.decode())
        self.assertEqual(len(expected), 2)
        self.assert_ends_well(lambda folder: arguments, OTHER_FAILURES,
                              lambda folder, done: self.assert_some_of(expected, done.stdout.decode(), done))

    def records(self):
        """Paths of two scans' records, the first compressed, and what was decided in the first."""
        lines = [json.dumps({"name": f"{i}.test", "outcome": "deny", "reason": "issuer_not_authorized", "may_issue": False,
                             "would_issue": False, "dnssec": "secure", "time": "2026-11-21T23:54:08.123Z", "zone": f"{i}.test",
                             "operator": f"Operator {i % 40}",
                             "caa": {"owner": f"{i}.test", "ttl": 300,
                                     "records": [{"flags": 0, "tag": "issue", "value": f"ca{i % 7}.example"}]}}) + "\n"
                 for i in range(400)]
        first = self.file("first.ndjson.gz", gzip.compress("".join(lines).encode()))
        second = self.file("second.ndjson", "".join(lines[::2]).replace("ca1.example", "ca2.example"))
        return first, second

    def test_decide(self):
        first, _ = self.records()
        arguments = [CAASCAN, "decide", "--threads", "2", "--ca", "ca3.example", first]
        expected = verdicts(self.run_program(*arguments).stdout.decode())
        self.assertEqual(len(expected), 400)
        self.assert_ends_well(lambda folder: arguments, OTHER_FAILURES,
                              lambda folder, done: self.assert_some_of(expected, done.stdout.decode(), done))

    def assert_report(self, done, expected):
        """All of the report or nothing."""
        self.assertIn(done.stdout, (expected, b"") if done.returncode == 1 else (expected,))

    def test_report(self):
        arguments = [CAASCAN, "report", "--threads", "2", "--format", "json", *self.records()]
        expected = self.run_program(*arguments).stdout
        json.loads(expected)
        self.assert_ends_well(lambda folder: arguments, OTHER_FAILURES, lambda folder, done: self.assert_report(done, expected))

    def test_diff(self):
        first, second = self.records()

        def arguments(folder):
            return [CAASCAN, "diff", "--threads", "2", "--format", "json", "--changes", str(folder / "changes"), first, second]
        undisturbed = self.part("whole")
        expected = self.run_program(*arguments(undisturbed)).stdout
        changes = sorted((undisturbed / "changes").read_text().splitlines())
        self.assertGreater(len(changes), 10)

        def check(folder, done):
            self.assert_report(done, expected)
            if done.returncode == 0 or (folder / "changes").exists():
                self.assertEqual(sorted((folder / "changes").read_text().splitlines()), changes)
        self.assert_ends_well(arguments, OTHER_FAILURES, check)

    def test_corroborate(self):
        first, second = self.records()
        third = self.file("third.ndjson", gzip.decompress(pathlib.Path(first).read_bytes()))

        def arguments(folder):
            return [CAASCAN, "corroborate", "--threads", "2", "--temp", str(folder), "-o", str(folder / "decisions"), "--max-age",
                    str(10 ** 9), "--primary", first, "--remote", second, "--remote", third]

        def decisions(folder):
            output = folder / "decisions"
            text = output.read_text() if output.is_file() else ""
            ageless = re.sub(r'"age_s":-?\d+', '"age_s":0', text)
            return set(re.findall('(\\{"name".*),"time":.*}\n', ageless)), text.count("\n")
        undisturbed = self.part("whole")
        self.run_program(*arguments(undisturbed))
        expected, lines = decisions(undisturbed)
        self.assertEqual((len(expected), lines), (400, 400))

        def check(folder, done):
            found, lines = decisions(folder)
            self.assertLessEqual(found, expected)
            self.assertEqual(len(found), lines)
            if done.returncode == 0:
                self.assertEqual(lines, 400)
        self.assert_ends_well(arguments, OTHER_FAILURES, check)


if __name__ == "__main__":
    harness.main()
