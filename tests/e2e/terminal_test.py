"""What a person at a terminal sees of a scan: what it waits for, what Ctrl-C does, and one screen at the end."""

import json
import os
import pty
import re
import select
import signal
import time

import harness
from harness import CAASCAN
from lab import Lab

INTERRUPT, END_OF_FILE = b"\x03", b"\x04"


class Terminal:
    """A program whose standard input and error are a terminal of its own, and standard output too where told."""

    def __init__(self, *arguments, output=None):
        self.screen = b""
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            if output is not None:
                os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT), 1)
            os.execv(arguments[0], [str(word) for word in arguments])

    def read(self, seconds):
        """False once the program has closed its terminal."""
        if select.select([self.end], [], [], seconds)[0]:
            try:
                data = os.read(self.end, 65536)
            except OSError:  # What Linux says of a terminal that no process has open.
                return False
            self.screen += data
            return data != b""
        return True

    def wait_for(self, pattern):
        deadline = time.monotonic() + harness.PATIENCE_S
        while not re.search(pattern, self.text()):
            if time.monotonic() > deadline or not self.read(0.1):
                raise AssertionError(f"no {pattern} in {self.text()}")

    def type(self, keys):
        os.write(self.end, keys)

    def finish(self):
        """The exit code, once it has ended."""
        deadline = time.monotonic() + harness.PATIENCE_S
        while self.read(0.1):
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.end)
        return code

    def text(self):
        return self.screen.decode().replace("\r\n", "\n")


class OnATerminal(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        self.out = self.folder / "out.ndjson"

    def records(self):
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    def test_it_says_what_it_waits_for_and_takes_what_is_typed(self):
        scan = Terminal(CAASCAN, "scan", *self.lab.options(), "-o", self.out)
        scan.wait_for("waiting for names from this terminal, one a line; Ctrl-D ends them")
        scan.type(b"www.example.com\n")
        scan.wait_for(r"K1 name ")
        scan.type(b"not a name\n" + END_OF_FILE)
        self.assertEqual(scan.finish(), 0, scan.text())
        self.assertEqual({record["outcome"] for record in self.records()}, {"permit", "error"})
        self.assertEqual(scan.text().count("waiting for names"), 1)

    def test_nothing_is_awaited_of_a_terminal_where_names_come_from_a_file(self):
        names = self.file("names.txt", "www.example.com\n")
        for options in ([names], [names, "--progress", "never"], ["--progress", "never", "--dry-run", names]):
            scan = Terminal(CAASCAN, "scan", *self.lab.options(), *options, output=self.folder / "records")
            self.assertEqual(scan.finish(), 0, scan.text())
            self.assertNotIn("waiting for names", scan.text())
        scan = Terminal(CAASCAN, "scan", *self.lab.options(), "--progress", "never", output=self.folder / "records")
        scan.type(b"www.example.com\n" + END_OF_FILE)
        self.assertEqual(scan.finish(), 0)
        self.assertNotIn("waiting for names", scan.text())

    def test_the_summary_is_one_screen(self):
        names = self.file("names.txt", "".join(name + "\n" for name in self.lab.names()))
        scan = Terminal(CAASCAN, "scan", *self.lab.options(), "--timeout", "700", "--retries", "1", "-o", self.out, names)
        self.assertEqual(scan.finish(), 0, scan.text())
        screen = scan.text()[scan.text().rindex(" names in, "):].splitlines()
        self.assertLessEqual(len(screen), 24)
        outcomes = [record["outcome"] for record in self.records()]
        for outcome in set(outcomes):
            count = outcomes.count(outcome)
            self.assertTrue(any(re.fullmatch(rf"  {outcome} +{count} +{100 * count / len(outcomes):.1f} %", line) for line in screen),
                            screen)
        at = next(i for i, line in enumerate(screen) if line.startswith("  slowest operators"))
        slow = re.match(r" {4}(\S+) +(\d+) names?, (\d+\.\d) s each$", screen[at + 1])
        self.assertIsNotNone(slow, screen)
        took = [record["elapsed_ms"] for record in self.records()
                if record.get("operator") == slow.group(1) and record["elapsed_ms"] >= 1000]
        self.assertEqual(int(slow.group(2)), len(took))
        self.assertAlmostEqual(float(slow.group(3)), sum(took) / len(took) / 1000, delta=0.051)
        self.assertEqual(screen[-1], f"  next: caascan report {self.out}")
        self.assertEqual(self.run_program(CAASCAN, "report", self.out).returncode, 0)

    def test_without_a_terminal_the_summary_is_one_line(self):
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "-o", self.out, stdin="www.example.com\n")
        self.assertEqual(done.returncode, 0)
        self.assert_one_clear_line(done, "1 name in, 1 record out")

    def start_on_silence(self):
        """A scan that waits long for a server that never answers."""
        zones = [{"zone": ".", "servers": [{"host": "a.root", "addresses": ["127.68.0.1"]}]},
                 {"zone": "test", "servers": [{"host": "ns.nic", "addresses": ["127.68.0.2"]}]},
                 {"zone": "silent.test", "servers": [{"host": "ns", "addresses": ["127.68.0.3"]}], "faults": [{"fault": "drop"}]}]
        (self.folder / "silent").mkdir()
        lab = Lab(self.folder / "silent", self.file("silent.json", json.dumps({"zones": zones})), port=5301)
        self.addCleanup(lab.stop)
        names = self.file("silent.txt", "".join(f"n{i}.silent.test\n" for i in range(30)))
        scan = Terminal(CAASCAN, "scan", *lab.options(), "--dnssec", "off", "--timeout", "30000", "-o", self.out, "--status", self.folder / "status", names)
        scan.wait_for(r"in flight 30\b")
        return scan

    def test_ctrl_c_says_how_long_it_may_take_and_once_more_ends_it(self):
        scan = self.start_on_silence()
        scan.type(INTERRUPT)
        scan.wait_for("stopping: 30 names in flight may take up to 10 s; a second Ctrl-C .* at once")
        began = time.monotonic()
        scan.type(INTERRUPT)
        self.assertEqual(scan.finish(), 130, scan.text())
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual([record["reason"] for record in self.records()], ["stopped"] * 30)
        self.assertIn("  next: the same with --resume goes on where this ended", scan.text())
        # The queries of names that were given back count as well, in both.
        queries = int(re.search(r" ([\d,]+) quer(?:y|ies)\n", scan.text()).group(1).replace(",", ""))
        self.assertEqual(queries, json.loads((self.folder / "status").read_text())["queries"])
        self.assertGreater(queries, 0)

    def test_one_ctrl_c_takes_as_long_as_it_said(self):
        scan = self.start_on_silence()
        began = time.monotonic()
        scan.type(INTERRUPT)
        self.assertEqual(scan.finish(), 130, scan.text())
        self.assertLess(time.monotonic() - began, 15)
        self.assertEqual(len(self.records()), 30)


if __name__ == "__main__":
    harness.main()
