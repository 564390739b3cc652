"""Evidence in dnstap files: what a scan keeps, and what Unbound wrote, `caascan explain --dnstap` shows."""

import json
import signal

import harness
from harness import CAASCAN, TYPE_CAA, Server
from lab import Lab

RESOLVER_PORT = 5399
LEAST_FRAMES = 10
UNBOUND = """
server:
  interface: 127.0.0.1@{port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  root-hints: "{hints}"
  module-config: "iterator"
  directory: "{folder}"
  username: ""
  chroot: ""
  use-syslog: no
  logfile: ""
  pidfile: ""
dnstap:
  dnstap-enable: yes
  dnstap-socket-path: "{folder}/socket"
  dnstap-log-resolver-query-messages: yes
  dnstap-log-resolver-response-messages: yes
"""


class Dnstap(harness.Case):

    def by_unbound(self, name):
        """The file of frames that Unbound wrote while it looked the name up."""
        lab = Lab(self.folder, port=53)
        self.addCleanup(lab.stop)
        frames = self.folder / "unbound.dnstap"
        socket = self.folder / "socket"
        capture = Server(["fstrm_capture", "-ddddd", "-t", "protobuf:dnstap.Dnstap", "-u", str(socket), "-w", str(frames)],
                         self.folder / "capture.log")
        self.addCleanup(capture.stop)
        capture.wait_until(socket.exists)
        config = self.file("unbound.conf", UNBOUND.format(port=RESOLVER_PORT, hints=lab.hints, folder=self.folder))
        unbound = Server(["unbound", "-d", "-p", "-c", config], self.folder / "unbound.log")
        self.addCleanup(unbound.stop)
        unbound.wait_until(lambda: harness.ask("127.0.0.1", RESOLVER_PORT, name, TYPE_CAA, recursion_desired=True, timeout=5))
        # It sends frames once a second, and none as it ends. The first are of the root's servers.
        unbound.wait_until(lambda: (self.folder / "capture.log").read_text().count("data frame") >= LEAST_FRAMES)
        unbound.stop()
        capture.stop(signal.SIGTERM)
        return frames

    def test_what_unbound_wrote_is_shown(self):
        name = "www.example.com"
        frames = self.by_unbound(name)
        done = self.run_program(CAASCAN, "explain", "--dnstap", frames, name)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        text = done.stdout.decode()
        self.assertIn(", UDP, answered after ", text)
        self.assertIn(f";; {name}.\tIN\tCAA", text)

    def test_wrong_usage_is_one_line(self):
        text = self.file("records.ndjson", '{"name":"a.example"}\n')
        for arguments, parts in (((text, "a.example"), ("records.ndjson", "no dnstap")), (("none.dnstap", "a.example"), ("none.dnstap",))):
            with self.subTest(arguments=arguments):
                done = self.run_program(CAASCAN, "explain", "--dnstap", *arguments)
                self.assertEqual(done.returncode, 2)
                self.assert_one_clear_line(done, *parts)


class Kept(harness.Case):
    """scan --dnstap."""

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        self.frames = self.folder / "scan.dnstap"
        self.output = self.folder / "out.ndjson"

    def keep(self, *options):
        """Scans all names of the lab; the records by name, and the metadata."""
        names = self.file("names", "\n".join(self.lab.names()) + "\n")
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--timeout", "300", "--recheck", "0", "--dnstap", self.frames,
                                "-o", self.output, *options, names)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in self.output.read_text().splitlines()]
        return {record["name"]: record for record in records}, json.loads((self.folder / "out.ndjson.meta.json").read_text())

    def lines(self):
        """What dnstap-read shows, a line a frame."""
        done = self.run_program("dnstap-read", self.frames)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode().splitlines()

    def explain(self, name):
        done = self.run_program(CAASCAN, "explain", "--dnstap", self.frames, name)
        return done.returncode, done.stdout.decode()

    def test_failing_names_alone_are_kept(self):
        records, metadata = self.keep()
        kept = {name for name in records if self.explain(name)[0] == 0}
        asked = {name for name, record in records.items() if record["queries"] > 0}
        failed = {name for name in asked if records[name]["outcome"] not in ("permit", "deny")}
        self.assertGreater(len(failed), 5)
        self.assertGreater(len(asked - failed), 5)
        self.assertLessEqual(kept, failed)
        # A failing name may owe all it knows to another one's look-up.
        self.assertGreater(len(kept), len(failed) * 0.8)
        self.assertEqual(metadata["dnstap"], str(self.frames))
        self.assertEqual(metadata["dnstap_frames"], len(self.lines()))
        self.assertEqual(metadata["dnstap_dropped"], 0)

    def test_the_exchange_of_a_failing_name_is_shown(self):
        records, _ = self.keep()
        for reason, part in (("servfail", "rcode: SERVFAIL"), ("no_response", "no answer: timeout")):
            name = next(name for name, record in records.items() if record["reason"] == reason)
            with self.subTest(name=name, reason=reason):
                code, text = self.explain(name)
                self.assertEqual(code, 0)
                self.assertIn(part, text)
                self.assertIn("IN\tCAA", text)
                server = next(server["address"] for server in records[name]["servers"] if server["result"] != "answer")
                self.assertIn(server.rsplit(":", 1)[0] + " port ", text)

    def test_all_names_are_kept(self):
        records, metadata = self.keep("--dnstap-for", "all")
        lines = self.lines()
        # Beside the names' queries are the scan's own, such as that for the root's keys.
        self.assertGreaterEqual(metadata["queries"], len(lines))
        self.assertGreaterEqual(len(lines), sum(record["queries"] for record in records.values()) * 0.95)
        name = next(name for name, record in records.items() if record["reason"] == "issuer_not_authorized")
        code, text = self.explain(name)
        self.assertEqual(code, 0)
        self.assertIn("rcode: NOERROR", text)

    def test_a_full_disk_ends_the_scan_with_its_records(self):
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--dnstap", "/dev/full", "--dnstap-for", "all",
                                stdin="www.example.com\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--dnstap: cannot write /dev/full", done.stderr.decode())
        self.assertEqual(json.loads(done.stdout)["name"], "www.example.com")

    def test_what_is_kept_needs_a_file(self):
        done = self.run_program(CAASCAN, "scan", "--dnstap-for", "all", stdin="a.example\n")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--dnstap-for", "--dnstap")


if __name__ == "__main__":
    harness.main()
