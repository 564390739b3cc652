"""Whoever watches a scan sees whole and true numbers, and cannot hurt it."""

import json
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import harness
from harness import CAASCAN
from lab import Lab

NAMES = 2500
PORT = 9112
# Some seconds: a busy machine may not let the test look for one or two.
SLOW = ["--rate", "400", "--server-rate", "0"]


class Telemetry(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        self.input = self.file("names.txt", "".join(f"n{i}.example.com\n" for i in range(NAMES)))
        self.status = self.folder / "status.json"

    def start(self, *options, pace=SLOW):
        return subprocess.Popen([CAASCAN, "scan", *self.lab.options(), *pace, *options, self.input, "-o",
                                 str(self.folder / "out.ndjson")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def metrics(self, path="/metrics"):
        """Name with labels → value."""
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=harness.PATIENCE_S) as answer:
            self.assertEqual(answer.headers.get_content_type(), "text/plain")
            lines = answer.read().decode().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}

    def test_readers_of_the_status_file_never_see_half_of_one(self):
        scan = self.start("--status", str(self.status))
        seen = []
        while scan.poll() is None:
            if self.status.exists():
                seen.append(json.loads(self.status.read_text()))
        _, errors = scan.communicate()
        self.assertEqual(scan.returncode, 0, errors)
        last = json.loads(self.status.read_text())
        states = {(state["records"], state["finished"]) for state in [*seen, last]}
        self.assertGreaterEqual(len(states), 2, "it was not renewed while the scan ran")
        self.assertTrue(all(a["records"] <= b["records"] for a, b in zip(seen, seen[1:])))
        self.assertEqual((last["finished"], last["records"], last["names_read"], last["outcomes"]["permit"]),
                         (True, NAMES, NAMES, NAMES))
        self.assertGreaterEqual(last["queries"], NAMES)
        self.assertEqual(last["input_bytes"], last["input_bytes_read"])
        self.assertEqual(list(self.folder.glob("status.json.*")), [])

    def test_the_status_tells_the_time_left_until_the_end(self):
        # So slow that the scan is still under way whenever a busy machine looks; few at a time, so that some end soon.
        scan = self.start("--status", str(self.status), pace=["--rate", "40", "--server-rate", "0", "--concurrency", "20"])
        self.addCleanup(scan.kill)
        deadline = time.monotonic() + harness.PATIENCE_S
        state = {}
        while "eta_s" not in state:
            self.assertLess(time.monotonic(), deadline, state)
            time.sleep(0.05)
            if self.status.exists():
                state = json.loads(self.status.read_text())
        self.assertFalse(state["finished"])
        self.assertGreater(state["eta_s"], 0)
        scan.send_signal(signal.SIGTERM)
        scan.communicate(timeout=harness.PATIENCE_S)
        self.assertNotIn("eta_s", json.loads(self.status.read_text()))

    def test_metrics_while_hostile_clients_hold_connections(self):
        scan = self.start("--metrics", str(PORT))
        self.addCleanup(scan.kill)
        deadline = time.monotonic() + harness.PATIENCE_S
        first = None
        while first is None:
            try:
                first = self.metrics()
            except (urllib.error.URLError, ConnectionError):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
        hostile = []
        for i in range(60):
            client = socket.create_connection(("127.0.0.1", PORT))
            try:
                client.send([b"", b"GET", b"x" * 100_000, b"GET /metrics HTTP/1.1\r\n\r\n" * 3][i % 4])
            except ConnectionError:
                pass  # It may be cut off already.
            hostile.append(client)
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 0, errors)
        self.assertEqual((self.folder / "out.ndjson").read_bytes().count(b"\n"), NAMES)
        for client in hostile:
            client.close()
        self.assertIn('caascan_records_total{outcome="permit",reason="no_caa"}', first)
        self.assertIn('caascan_queries_total{transport="udp"}', first)
        self.assertEqual(first["caascan_input_bytes"], pathlib.Path(self.input).stat().st_size)

    def test_other_paths(self):
        scan = self.start("--metrics", f"127.0.0.1:{PORT}")
        self.addCleanup(scan.kill)
        deadline = time.monotonic() + harness.PATIENCE_S
        while True:
            try:
                self.metrics("/status")
            except urllib.error.HTTPError as error:
                self.assertEqual(error.code, 404)
                break
            except (urllib.error.URLError, ConnectionError):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
        scan.send_signal(signal.SIGTERM)
        scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 143)

    def test_the_line(self):
        scan = self.start("--progress", "always")
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 0)
        self.assertRegex(errors.decode(), r"names +[0-9,]+/s  in flight .*queries/s  loss \d+\.\d%  0:00:\d\d left\n")

    def test_what_cannot_be_served_or_written(self):
        with socket.create_server(("127.0.0.1", PORT)):
            for arguments, parts in ((["--metrics", str(PORT)], ["--metrics", "address already in use"]),
                                     (["--metrics", "nowhere:1"], ["--metrics", "nowhere:1"]),
                                     (["--metrics", "127.0.0.1"], ["--metrics"]),
                                     (["--metrics", "70000"], ["--metrics"]),
                                     (["--status", str(self.folder / "no" / "s.json")], ["--status", "no/s.json"])):
                done = self.run_program(CAASCAN, "scan", *self.lab.options(), *arguments, self.input)
                self.assertEqual(done.returncode, 2, done.stderr.decode())
                self.assert_one_clear_line(done, *parts)


if __name__ == "__main__":
    harness.main()
