"""The ways to name a resolver, and to reach it: dnsdist that answers over UDP, over TCP, or over one of them alone."""

import json
import subprocess

import harness
from harness import CAASCAN, Server, ask

UDP_AND_TCP, TCP_ONLY = "127.0.0.21", "127.0.0.22"
NAMES = 200
ANSWER = 'NegativeAndSOAAction(false, "example.", 300, "ns.example.", "h.example.", 1, 3600, 600, 86400, 300)'


class ResolverWays(harness.Case):

    def start_resolver(self, address, *rules):
        config = self.file(f"dnsdist-{address}.conf", "\n".join([
            f'addLocal("{address}:53")', 'setACL("127.0.0.0/8")', "setSecurityPollSuffix('')", *rules,
            f"addAction(AllRule(), {ANSWER})"]) + "\n")
        server = Server(["dnsdist", "--supervised", "--disable-syslog", "-C", config], self.folder / f"dnsdist-{address}.log")
        self.addCleanup(server.stop)
        server.wait_until(lambda: ask(address, 53, "a.example") is not None or "127.0.0.22" in address and self.listens(address))

    def listens(self, address):
        sockets = subprocess.run(["ss", "-Htln"], capture_output=True, check=True).stdout.decode()
        return f"{address}:53" in sockets

    def records(self, *options):
        names = self.file("names.txt", "".join(f"n{i}.example\n" for i in range(NAMES)))
        output = self.folder / "records.ndjson"
        output.unlink(missing_ok=True)
        done = self.run_program(CAASCAN, "scan", "--allow-special", "--dnssec", "off", *options, names, "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in output.read_text().splitlines()]
        self.assertEqual(len(records), NAMES)
        return records

    def assert_all_answered(self, *options):
        self.assertEqual({record["outcome"] for record in self.records(*options)}, {"permit"})

    def test_a_file_of_resolvers(self):
        self.start_resolver(UDP_AND_TCP)
        path = self.file("resolvers.txt", f"# ours\n\n{UDP_AND_TCP}:53 # the first\ntcp://{UDP_AND_TCP}\n")
        self.assert_all_answered("--resolver", f"@{path}")

    def test_over_tcp_alone(self):
        self.start_resolver(TCP_ONLY, "addAction(NotRule(TCPRule(true)), DropAction())")
        self.assert_all_answered("--resolver", f"tcp://{TCP_ONLY}")

    def test_a_host_name(self):
        self.start_resolver("127.0.0.1")
        self.assert_all_answered("--resolver", "tcp://localhost", "-4")

    def test_what_is_no_resolver_is_said(self):
        path = self.file("resolvers.txt", "192.0.2.1\nftp://192.0.2.2\n")
        for text, part in ((f"@{path}", f"{path}:2"), ("@/nowhere", "/nowhere"), ("no.such.invalid", "no.such.invalid")):
            done = self.run_program(CAASCAN, "scan", "--resolver", text, stdin=b"a.example\n")
            self.assertEqual(done.returncode, 2)
            self.assert_one_clear_line(done, "--resolver", part)


if __name__ == "__main__":
    harness.main()
