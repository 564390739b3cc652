"""A scan ends when it is told to, whatever it waits for, and standard descriptors that are closed stay so."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import harness
from harness import CAASCAN
from lab import Lab


def pipe_that_is_full():
    """(reading end, writing end) of a pipe that takes nothing more."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"\n" * 4096)
    except BlockingIOError:
        os.set_blocking(writing, True)
    return reading, writing


class ClosedDescriptors(harness.Case):

    def setUp(self):
        super().setUp()
        self.names = self.file("names.txt", "a.invalid name\nb.invalid name\n")
        for name in ("records.ndjson", "second.ndjson", "third.ndjson"):
            self.file(name, '{"name":"a.example","outcome":"permit","reason":"no_caa",'
                      '"may_issue":true,"would_issue":true,"dnssec":"insecure","queries":1,"retries":0,'
                      '"elapsed_ms":1.0,"time":"2026-11-21T23:54:08.123Z"}\n')

    def shell(self, line):
        """Runs a line of shell in which caascan is a word."""
        return self.run_program("bash", "-c", f"cd {self.folder}; caascan() {{ {CAASCAN} \"$@\"; }}; {line}", patience_s=20)

    def test_an_input_that_is_closed(self):
        for line in ("caascan scan <&-", "caascan scan -o out <&-", "caascan scan - <&-", "caascan report <&-",
                     "caascan decide <&-", "caascan diff - records.ndjson <&-", "caascan scan 0>/dev/null",
                     "caascan corroborate --primary - --remote records.ndjson --remote second.ndjson <&-"):
            with self.subTest(line):
                done = self.shell(line)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assert_one_clear_line(done, "standard input", "closed")
                self.assertEqual(done.stdout, b"")

    def test_an_output_that_is_closed(self):
        began = time.monotonic()
        for line in ("caascan scan names.txt >&-", "caascan scan names.txt -o - >&-", "caascan check example.com >&-",
                     "caascan explain caa_dropped >&-", "caascan report records.ndjson >&-",
                     "caascan decide records.ndjson >&-", "caascan diff records.ndjson records.ndjson >&-",
                     "caascan corroborate --primary records.ndjson --remote second.ndjson --remote third.ndjson >&-",
                     "caascan --version >&-", "caascan scan --help >&-", "caascan scan names.txt 1</dev/null"):
            with self.subTest(line):
                done = self.shell(line)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assert_one_clear_line(done, "standard output", "closed")
        self.assertLess(time.monotonic() - began, 15)

    def test_what_is_not_needed_may_be_closed(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                done = self.shell(f"rm -f out; caascan scan --dnssec off names.txt -o out {closed}")
                self.assertEqual(done.returncode, 0, done.stderr)
                records = [json.loads(line) for line in (self.folder / "out").read_text().splitlines()]
                self.assertEqual([record["reason"] for record in records], ["invalid_name"] * 2)

    def test_no_file_of_ours_takes_their_numbers(self):
        scan = subprocess.Popen(
            ["bash", "-c", f"exec {CAASCAN} scan --dnssec off {self.folder}/fifo -o {self.folder}/out <&- >&- 2>&-"])
        self.addCleanup(scan.wait)
        self.addCleanup(scan.kill)
        os.mkfifo(self.folder / "fifo")
        deadline = time.monotonic() + harness.PATIENCE_S
        while not (self.folder / "out").exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
            if scan.poll() is not None:  # It came before its FIFO was there.
                return self.skipTest("the FIFO came late")
        places = [os.readlink(f"/proc/{scan.pid}/fd/{fd}") for fd in range(3)]
        scan.send_signal(signal.SIGTERM)
        self.assertEqual(scan.wait(timeout=20), 143)
        self.assertEqual(places, ["/dev/null"] * 3)


class Ending(harness.Case):

    def setUp(self):
        super().setUp()
        self.names = self.file("names.txt", "".join(f"192.0.{i // 250}.{i % 250}\n" for i in range(4000)))

    def start(self, *arguments, **how):
        scan = subprocess.Popen([CAASCAN, "scan", *map(str, arguments)], stdin=subprocess.DEVNULL,
                                **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **how})
        self.addCleanup(scan.wait)
        self.addCleanup(scan.kill)
        return scan

    @staticmethod
    def has_taken_over(scan):
        """Whether SIGTERM is blocked or caught by now: a slow machine needs a while until then."""
        masks = dict(line.split(":\t") for line in pathlib.Path(f"/proc/{scan.pid}/status").read_text().splitlines() if ":\t" in line)
        return any(int(masks[which], 16) >> (signal.SIGTERM - 1) & 1 for which in ("SigBlk", "SigCgt"))

    def end(self, scan, exit_codes, within_s=20, after_s=0.5):
        deadline = time.monotonic() + harness.PATIENCE_S
        while -signal.SIGTERM not in exit_codes and not self.has_taken_over(scan) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(after_s)
        self.assertIsNone(scan.poll(), "it waits")
        scan.send_signal(signal.SIGTERM)
        self.assertIn(scan.wait(timeout=within_s), exit_codes)

    def test_while_it_waits_for_a_reader_of_its_fifo(self):
        os.mkfifo(self.folder / "out")
        self.end(self.start("--dnssec", "off", self.names, "-o", self.folder / "out"), {143, -signal.SIGTERM}, within_s=2)

    def test_while_it_waits_for_the_writer_of_a_file_of_options(self):
        os.mkfifo(self.folder / "fifo")
        for options in (["--blocklist"], ["--root-hints"], ["--trust-anchor"], ["--ca-set"],
                        ["--resolver", "tls://127.0.0.99", "--resolver-ca"]):
            with self.subTest(options[-1]):
                scan = self.start("--dnssec", "off", *options, self.folder / "fifo", self.names)
                self.end(scan, {143, -signal.SIGTERM}, within_s=2)

    def test_while_the_root_is_silent(self):
        hints = self.file("hints", ". NS a.\na. A 127.0.0.99\n")
        harness.add_address("127.0.0.99")
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind(("127.0.0.99", 53))
        scan = self.start("--root-hints", hints, "--dnssec", "validate", "--allow-special", "--timeout", "600000",
                          self.names)
        self.end(scan, {143}, within_s=5)

    def test_while_a_resolver_says_nothing_in_the_handshake(self):
        silent = socket.create_server(("127.0.0.99", 853))
        self.addCleanup(silent.close)
        for way in ("tls://127.0.0.99#r.example", "https://127.0.0.99:853/dns-query"):
            with self.subTest(way):
                scan = self.start("--resolver", way, "--dnssec", "off", "--allow-special", "--timeout", "600000", self.names)
                self.end(scan, {143}, within_s=5)

    def test_while_nobody_reads_what_it_wrote(self):
        # More than a pipe holds: all names are done, and the writer waits.
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        scan = self.start("--dnssec", "off", self.names, stdout=writing)
        os.close(writing)
        self.end(scan, {1}, after_s=1.5)

    def test_the_second_signal_does_not_wait_for_a_reader(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        scan = self.start("--dnssec", "off", self.names, stdout=writing)
        os.close(writing)
        time.sleep(1)
        scan.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        self.end(scan, {1}, within_s=3, after_s=0)

    def test_a_slow_reader_still_gets_everything(self):
        reading, writing = os.pipe()
        scan = self.start("--dnssec", "off", self.names, stdout=writing, stderr=subprocess.PIPE)
        self.addCleanup(scan.stderr.close)
        os.close(writing)
        time.sleep(1)
        scan.send_signal(signal.SIGTERM)
        text = b""
        with open(reading, "rb", buffering=0) as channel:
            while piece := channel.read(8192):
                text += piece
                time.sleep(0.01)
        self.assertEqual(scan.wait(timeout=20), 143)
        # All that it had read by then: on a busy machine that is not the whole list.
        records = [json.loads(line) for line in text.splitlines()]
        self.assertEqual({record["reason"] for record in records}, {"invalid_name"})
        self.assertGreater(len(text), 2 * 65536, "more than the pipe held")
        self.assertIn(f"{len(records):,} names in, {len(records):,} records out", scan.stderr.read().decode())

    def test_while_nobody_reads_its_progress(self):
        reading, writing = pipe_that_is_full()
        self.addCleanup(os.close, reading)
        lab = Lab(self.folder)
        self.addCleanup(lab.stop)
        names = self.file("slow.txt", "".join(f"n{i}.example.com\n" for i in range(1000)))
        scan = self.start(*lab.options(), "--rate", "20", "--progress", "always", names, "-o", self.folder / "out",
                          stderr=writing)
        os.close(writing)
        time.sleep(2.5)
        self.assertIsNone(scan.poll())
        scan.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 30
        while (self.folder / "out").read_bytes().count(b"\n") < 1000 and time.monotonic() < deadline:
            time.sleep(0.05)
        # Only its last words still wait for a reader.
        records = [json.loads(line) for line in (self.folder / "out").read_text().splitlines()]
        self.assertEqual(len(records), len({record["name"] for record in records}))
        self.assertIn("stopped", {record["reason"] for record in records})
        os.read(reading, 65536)
        self.assertEqual(scan.wait(timeout=20), 143)

    def test_a_status_in_a_pipe_is_refused(self):
        os.mkfifo(self.folder / "status")
        done = self.run_program(CAASCAN, "scan", "--dnssec", "off", self.names, "--status", self.folder / "status",
                                patience_s=20)
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--status", "pipe")


if __name__ == "__main__":
    harness.main()
