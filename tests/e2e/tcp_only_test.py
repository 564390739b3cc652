"""--tcp: no datagram leaves, whatever is asked of whom, and no server is said to lack what was not tried."""

import json
import pathlib
import subprocess
import time

import dnsdist
import harness
from harness import CAASCAN, ask, network_counter
from lab import Lab

RESOLVER, ONE_EACH, NO_TCP = "127.0.0.31", "127.0.0.32", "127.0.0.33"
NAMES = 200


def udp_sockets(pid):
    """How many UDP sockets the process has open."""
    inodes = set()
    for table in ("udp", "udp6", "udplite", "raw", "raw6"):
        path = pathlib.Path("/proc/net", table)
        if path.exists():
            inodes |= {line.split()[9] for line in path.read_text().splitlines()[1:]}
    links = [str(link.readlink()) for link in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
    return sum(link.startswith("socket:[") and link[8:-1] in inodes for link in links)


class TcpOnly(harness.Case):

    def start_resolver(self, address, *rules):
        server = dnsdist.start(self, address, *rules)
        server.wait_until(lambda: ask(address, 53, "a.example") is not None)

    def ask_resolver(self, *options, count=NAMES):
        """The records of names asked through a resolver, and how many connections that took."""
        before = network_counter("Tcp", "ActiveOpens"), network_counter("Udp", "OutDatagrams")
        records = self.scan("--allow-special", "--dnssec", "off", "--threads", "1", *options,
                            names=[f"n{i}.example" for i in range(count)])
        self.assertEqual(network_counter("Udp", "OutDatagrams"), before[1], "no datagram")
        return records, network_counter("Tcp", "ActiveOpens") - before[0]

    def test_through_a_resolver(self):
        self.start_resolver(RESOLVER)
        records, connections = self.ask_resolver("--tcp", "--resolver", RESOLVER)
        self.assertEqual({record["outcome"] for record in records}, {"permit"})
        self.assertLessEqual(connections, 3, "they share them")

    def test_a_resolver_that_closes_after_each_answer(self):
        self.start_resolver(ONE_EACH, "setMaxTCPQueriesPerConnection(1)")
        records, connections = self.ask_resolver("--tcp", "--resolver", ONE_EACH)
        self.assertEqual({record["outcome"] for record in records}, {"permit"})
        self.assertGreater(connections, NAMES // 10)

    def test_a_resolver_that_has_no_tcp(self):
        self.start_resolver(NO_TCP)
        subprocess.run(["nft", "add table inet no_tcp; add chain inet no_tcp input { type filter hook input priority 0; }; "
                        f"add rule inet no_tcp input ip daddr {NO_TCP} tcp dport 53 reject with tcp reset"], check=True)
        self.addCleanup(subprocess.run, ["nft", "delete table inet no_tcp"], check=True)
        done = self.run_program(CAASCAN, "scan", "--tcp", "--resolver", NO_TCP, "--allow-special", "--recheck", "0",
                                stdin="a.example\n")
        self.assertEqual(done.returncode, 1, "none has ever answered")
        record = json.loads(done.stdout)
        self.assertEqual((record["outcome"], record["reason"]), ("timeout", "unreachable"))
        self.assertEqual([finding["code"] for finding in record.get("findings", [])], ["resolver_down"])

    def test_the_rate_holds(self):
        self.start_resolver(RESOLVER)
        begun = time.monotonic()
        self.ask_resolver("--tcp", "--resolver", RESOLVER, "--rate", "40", count=100)
        self.assertGreater(time.monotonic() - begun, 2.0)

    def test_what_contradicts_it_is_refused(self):
        for options, parts in ((("--resolver", f"udp://{RESOLVER}"), ("--tcp", "udp://")),
                               (("--resolver", RESOLVER, "--pad-queries"), ("--tcp", "--pad-queries"))):
            with self.subTest(options=options):
                done = self.run_program(CAASCAN, "scan", "--tcp", *options, stdin="a.example\n")
                self.assertEqual(done.returncode, 2)
                self.assert_one_clear_line(done, *parts)


class TcpOnlyIterative(harness.Case):
    """From the lab's root down."""

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)

    def test_names_that_are_answered_are_as_over_udp(self):
        names = [record["name"] for record in self.lab.truth() if record["outcome"] in ("permit", "deny")]
        self.assertGreater(len(names), 80)
        by_udp = {record["name"]: record for record in self.scan(*self.lab.options(), "--dnssec", "off", names=names)}
        before = network_counter("Udp", "OutDatagrams")
        records = self.scan(*self.lab.options(), "--dnssec", "off", "--tcp", names=names)
        self.assertEqual(network_counter("Udp", "OutDatagrams"), before, "no datagram")
        for record in records:
            other = by_udp[record["name"]]
            self.assertEqual([record[key] for key in ("outcome", "reason", "may_issue")],
                             [other[key] for key in ("outcome", "reason", "may_issue")], record["name"])
            self.assertEqual(record.get("caa"), other.get("caa"))

    def test_what_fails_has_a_reason_that_tcp_bears(self):
        expected = {
            "dead": ("timeout", "no_response", {"tcp_unavailable"}),
            "unreachable": ("timeout", "no_response", {"tcp_unavailable"}),  # Accepted, and reset.
            "truncated-tcp-refused": ("timeout", "no_response", {"tcp_unavailable"}),
            "truncated-tcp-silent": ("timeout", "no_response", {"tcp_unavailable"}),
            "dead-and-lame": ("lame", "refused", {"lame_refused", "tcp_unavailable"}),
            "lame": ("lame", "refused", {"lame_refused"}),
        }
        wanted = {f"{label}.test-cases.example": value for label, value in expected.items()
                  if f"{label}.test-cases.example" in self.lab.names()}
        self.assertGreaterEqual(len(wanted), 5)
        before = network_counter("Udp", "OutDatagrams")
        records = self.scan(*self.lab.options(), "--tcp", "--timeout", "500", names=list(wanted))
        self.assertEqual(network_counter("Udp", "OutDatagrams"), before, "no datagram, probes included")
        for record in records:
            codes = {finding["code"] for finding in record.get("findings", [])}
            self.assertEqual((record["outcome"], record["reason"], codes), wanted[record["name"]], record)
            for finding in record["findings"]:
                if finding["code"] == "tcp_unavailable":
                    self.assertNotIn("UDP", finding.get("evidence", ""))

    def test_check_uses_no_udp_either(self):
        before = network_counter("Udp", "OutDatagrams")
        done = self.run_program(CAASCAN, "check", "--tcp", *self.lab.options(), "--json", "www.example.com")
        self.assertIn(done.returncode, (0, 3), done.stderr.decode())
        self.assertEqual(network_counter("Udp", "OutDatagrams"), before)
        climb = json.loads(done.stdout)["climb"]
        self.assertEqual({step["transport"] for step in climb if "transport" in step}, {"tcp"})

    def start(self, *options):
        """A scan that has written a record, and waits for more names."""
        scan = subprocess.Popen([CAASCAN, "scan", *self.lab.options(), "--dnssec", "off", "--threads", "2", *options],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(scan.wait)
        self.addCleanup(scan.stdout.close)
        self.addCleanup(scan.stdin.close)
        scan.stdin.write(b"www.example.com\n")
        scan.stdin.flush()
        self.assertEqual(json.loads(scan.stdout.readline())["name"], "www.example.com")
        return scan

    def test_no_udp_socket_is_open(self):
        self.assertEqual(udp_sockets(self.start("--tcp").pid), 0)
        self.assertGreaterEqual(udp_sockets(self.start().pid), 32, "the neighbour has them")
        by_tcp_alone = self.start("--resolver", f"tcp://{self.lab.root_address()}:{self.lab.port}")
        self.assertEqual(udp_sockets(by_tcp_alone.pid), 0)


if __name__ == "__main__":
    harness.main()
