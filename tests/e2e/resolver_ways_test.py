"""The ways to name a resolver, and to reach it: dnsdist that answers over UDP, over TCP, or over one of them alone."""

import json
import subprocess
import time

import dnsdist
import harness
from harness import CAASCAN, ask

UDP_AND_TCP, TCP_ONLY = "127.0.0.21", "127.0.0.22"
NAMES = 200


class ResolverWays(harness.Case):

    def start_resolver(self, address, *rules):
        server = dnsdist.start(self, address, *rules)
        server.wait_until(lambda: ask(address, 53, "a.example") is not None or "127.0.0.22" in address and self.listens(address))

    def listens(self, address):
        sockets = subprocess.run(["ss", "-Htln"], capture_output=True, check=True).stdout.decode()
        return f"{address}:53" in sockets

    def records(self, *options, dnssec="off"):
        names = self.file("names.txt", "".join(f"n{i}.example\n" for i in range(NAMES)))
        output = self.folder / "records.ndjson"
        output.unlink(missing_ok=True)
        done = self.run_program(CAASCAN, "scan", "--allow-special", "--dnssec", dnssec, *options, names, "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.said = done.stderr.decode()
        self.over_tcp = json.loads((self.folder / "records.ndjson.meta.json").read_text())["resolvers_over_tcp"]
        records = [json.loads(line) for line in output.read_text().splitlines()]
        self.assertEqual(len(records), NAMES)
        return records

    def assert_all_answered(self, *options, dnssec="off"):
        self.assertEqual({record["outcome"] for record in self.records(*options, dnssec=dnssec)}, {"permit"})

    def test_a_file_of_resolvers(self):
        self.start_resolver(UDP_AND_TCP)
        path = self.file("resolvers.txt", f"# ours\n\n{UDP_AND_TCP}:53 # the first\ntcp://{UDP_AND_TCP}\n")
        self.assert_all_answered("--resolver", f"@{path}")

    def test_over_tcp_alone(self):
        self.start_resolver(TCP_ONLY, "addAction(NotRule(TCPRule(true)), DropAction())")
        self.assert_all_answered("--resolver", f"tcp://{TCP_ONLY}")

    def test_silent_over_udp_is_asked_over_tcp(self):
        self.start_resolver(TCP_ONLY, "addAction(NotRule(TCPRule(true)), DropAction())")
        for options, dnssec in (((), "off"), (("--threads", "4", "--concurrency", "20"), "off"), ((), "validate")):
            with self.subTest(options=options, dnssec=dnssec):
                self.assert_all_answered("--resolver", TCP_ONLY, "--timeout", "500", *options, dnssec=dnssec)
                self.assertEqual(self.said.count(f"{TCP_ONLY}:53 is silent over UDP"), 1, self.said)
                self.assertEqual(self.over_tcp, [f"{TCP_ONLY}:53"])

    def test_check_asks_it_so_too(self):
        self.start_resolver(TCP_ONLY, "addAction(NotRule(TCPRule(true)), DropAction())")
        done = self.run_program(CAASCAN, "check", "--resolver", TCP_ONLY, "--allow-special", "--json", "a.example")
        self.assertEqual(json.loads(done.stdout)["outcome"], "permit")
        self.assertIn("is silent over UDP", done.stderr.decode())

    def test_one_that_loses_datagrams_is_asked_over_udp(self):
        self.start_resolver(UDP_AND_TCP, "addAction(AndRule({NotRule(TCPRule(true)), ProbaRule(0.3)}), DropAction())")
        self.records("--resolver", UDP_AND_TCP, "--timeout", "200", "--concurrency", "20")
        self.assertNotIn("silent", self.said)
        self.assertEqual(self.over_tcp, [])

    def test_one_that_is_silent_over_both_times_out(self):
        self.start_resolver(TCP_ONLY, "addAction(AllRule(), DropAction())")
        begun = time.monotonic()
        done = self.run_program(CAASCAN, "scan", "--allow-special", "--resolver", TCP_ONLY, "--dnssec", "off", "--timeout", "500",
                                "--recheck", "0", "--diagnose", "off", stdin="".join(f"n{i}.example\n" for i in range(50)))
        self.assertEqual(done.returncode, 1)
        self.assertEqual({json.loads(line)["reason"] for line in done.stdout.splitlines()}, {"no_response"})
        self.assertNotIn("silent", done.stderr.decode())
        self.assertLess(time.monotonic() - begun, 10)

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
