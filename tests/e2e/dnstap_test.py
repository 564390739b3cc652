"""Evidence in dnstap files: what Unbound wrote of a look-up, `caascan explain --dnstap` shows."""

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


if __name__ == "__main__":
    harness.main()
