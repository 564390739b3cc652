"""Nothing is lost silently: count in equals count out, or exit 1 or 2 with one clear line. Output ends on a whole line."""

import json
import resource
import signal
import subprocess
import time

import harness
from harness import CAASCAN
from lab import Lab

NAMES = 1500
# Slow enough that a scan of NAMES names lasts some seconds, whatever the machine, and that its records come one after the other.
SLOW = ["--rate", "400", "--server-rate", "0", "--concurrency", "100"]
FAST = ["--server-rate", "0"]


class Robustness(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        zone = next(record["name"] for record in self.lab.truth()
                    if record["outcome"] == "permit" and record["reason"] == "issuer_authorized"
                    and not record["name"].startswith("*.") and not record.get("cname"))
        self.names = [f"n{i}.{zone}" for i in range(NAMES)]
        self.input = self.file("names.txt", "".join(name + "\n" for name in self.names))
        self.output = self.folder / "out.ndjson"

    def start(self, *options):
        """A scan of self.input into self.output."""
        return subprocess.Popen([CAASCAN, "scan", *self.lab.options(), *options, self.input, "-o", str(self.output)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def wait_for_lines(self, count):
        """Returns once the output holds that many lines."""
        deadline = time.monotonic() + harness.PATIENCE_S
        while not self.output.is_file() or self.output.read_bytes().count(b"\n") < count:
            self.assertLess(time.monotonic(), deadline, "the scan writes nothing")
            time.sleep(0.02)

    def whole_records(self, data=None):
        """The output's records; it must end on a whole line and name each input at most once."""
        data = self.output.read_bytes() if data is None else data
        self.assertTrue(data == b"" or data.endswith(b"\n"), data[-200:])
        records = [json.loads(line) for line in data.splitlines()]
        self.assertEqual(len({record["name"] for record in records}), len(records))
        return records

    def test_the_server_dies_in_mid_scan(self):
        scan = self.start(*SLOW, "--timeout", "200", "--retries", "1", "--recheck", "0")
        self.wait_for_lines(100)
        self.lab.server.stop(signal.SIGKILL)
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 0, errors)
        records = self.whole_records()
        self.assertEqual(len(records), NAMES)
        # Where all servers fall silent at once, the root among them, our own network may be at fault.
        self.assertLessEqual({"permit"}, {record["outcome"] for record in records})
        self.assertLessEqual({record["reason"] for record in records if record["outcome"] != "permit"},
                             {"unreachable", "no_response", "local_fault"})

    def test_no_answers_for_five_seconds(self):
        scan = self.start(*SLOW, "--timeout", "1000", "--retries", "8")
        self.wait_for_lines(100)
        self.lab.server.process.send_signal(signal.SIGSTOP)
        time.sleep(5)
        self.lab.server.process.send_signal(signal.SIGCONT)
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 0, errors)
        outcomes = [record["outcome"] for record in self.whole_records()]
        self.assertEqual(len(outcomes), NAMES)
        self.assertLessEqual(set(outcomes), {"permit", "timeout"})
        # Afterwards it goes on: far more were answered than before the silence.
        self.assertGreater(outcomes.count("permit"), NAMES // 2)

    def stopped_by(self, how, exit_code):
        scan = self.start(*SLOW)
        self.wait_for_lines(50)
        scan.send_signal(how)
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, exit_code, errors)
        records = self.whole_records()
        self.assertLessEqual({record["name"] for record in records}, set(self.names))
        for record in records:
            self.assertIn((record["outcome"], record["reason"]),
                          {("permit", "issuer_authorized"), ("error", "stopped")})
        return records

    def test_sigint(self):
        self.stopped_by(signal.SIGINT, 130)

    def test_sigterm(self):
        self.stopped_by(signal.SIGTERM, 143)

    def test_a_second_signal_does_not_wait(self):
        scan = self.start("--timeout", "60000")
        self.wait_for_lines(1)
        self.lab.server.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.lab.server.process.send_signal, signal.SIGCONT)
        begin = time.monotonic()
        for _ in range(2):
            scan.send_signal(signal.SIGINT)
            time.sleep(0.5)
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 130, errors)
        self.assertLess(time.monotonic() - begin, 30)
        self.whole_records()

    def test_the_reader_goes_away(self):
        options = " ".join(self.lab.options() + FAST)
        done = self.run_program("bash", "-c",
                                f"{CAASCAN} scan {options} {self.input} | head -n 1; exit ${{PIPESTATUS[0]}}")
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assert_one_clear_line(done, "standard output", "Broken pipe")
        self.assertEqual(len(self.whole_records(done.stdout)), 1)

    def test_the_disk_is_full(self):
        with open("/dev/full", "wb") as full:
            done = self.run_program(CAASCAN, "scan", *self.lab.options(), *FAST, self.input, stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assert_one_clear_line(done, "standard output", "No space left")

    def test_the_file_may_not_grow(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))
        done = subprocess.run([CAASCAN, "scan", *self.lab.options(), *FAST, self.input, "--overwrite", "-o", self.output],
                              capture_output=True, timeout=harness.PATIENCE_S, preexec_fn=limit, check=False)
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assert_one_clear_line(done, str(self.output), "File too large")
        self.assertGreater(len(self.whole_records()), 5)

    def test_hostile_lines_each_give_one_record(self):
        good = self.names[0]
        lines = [good.encode(), b"x" * 10_000_000, b"nul\0byte." + good.encode(), "größe.".encode("latin-1") + good.encode(),
                 b"\x1b[31mred", b"a" * 64 + b".example", b"..", b'{"name":', b"\xff\xfe", self.names[1].encode()]
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--input-format", "lines",
                                stdin=b"\n".join(lines) + b"\n")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertTrue(done.stdout.isascii())
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(records), len(lines))
        permits = {record["name"] for record in records if record["outcome"] == "permit"}
        self.assertEqual(permits, {good, self.names[1]})
        self.assertEqual([r["reason"] for r in records if r["outcome"] == "error"], ["invalid_name"] * (len(lines) - 2))

    def test_the_last_line_needs_no_line_feed(self):
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), stdin=self.names[0])
        self.assertEqual(json.loads(done.stdout)["name"], self.names[0])

    def test_the_summary_counts(self):
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), *FAST, "--overwrite", "-o", self.output, self.input)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assert_one_clear_line(done, "1,500 names in, 1,500 records out", "1,500 permit")


if __name__ == "__main__":
    harness.main()
