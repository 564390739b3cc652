"""--source and --interface: queries leave from there and from nowhere else, over UDP and TCP, and what cannot be is said at once."""

import json
import os
import subprocess

import harness
from harness import CAASCAN, Server, add_address, ask

RESOLVER = "127.0.0.41"
SOURCES = ("127.0.0.51", "127.0.0.52", "127.0.0.53", "127.0.0.54")
ANSWER = 'NegativeAndSOAAction(false, "example.", 300, "ns.example.", "h.example.", 1, 3600, 600, 86400, 300)'
NAMES = 2000


class Sources(harness.Case):

    def setUp(self):
        super().setUp()
        config = self.file("dnsdist.conf", "\n".join([
            f'addLocal("{RESOLVER}:53")', 'addLocal("[::1]:53")', 'setACL({"127.0.0.0/8", "::1", "fd00::/8"})', "setSecurityPollSuffix('')",
            f"addAction(AllRule(), {ANSWER})"]) + "\n")
        server = Server(["dnsdist", "--supervised", "--disable-syslog", "-C", config], self.folder / "dnsdist.log")
        self.addCleanup(server.stop)
        server.wait_until(lambda: ask(RESOLVER, 53, "a.example") is not None)
        self.nft("add table inet seen; add chain inet seen output { type filter hook output priority 0; }")
        self.addCleanup(self.nft, "delete table inet seen")

    def nft(self, rules):
        subprocess.run(["nft", rules], check=True)

    def count_from(self, protocol, addresses):
        """From now on, packets to port 53 by their source; under the key None those from anywhere else."""
        self.nft("flush chain inet seen output")
        for address in addresses:
            self.nft(f'add rule inet seen output ip saddr {address} {protocol} dport 53 counter accept comment "{address}"')
        self.nft('add rule inet seen output meta l4proto { tcp, udp } th dport 53 counter comment "other"')

    def counted(self):
        listed = json.loads(subprocess.run(["nft", "-j", "list", "table", "inet", "seen"], check=True, capture_output=True).stdout)
        rules = [each["rule"] for each in listed["nftables"] if "rule" in each]
        return {rule["comment"]: part["counter"]["packets"] for rule in rules for part in rule["expr"] if "counter" in part}

    def ask_resolver(self, *options, resolver=RESOLVER, count=NAMES):
        names = self.file("names.txt", "".join(f"n{i}.example\n" for i in range(count)))
        output = self.folder / "out.ndjson"
        done = self.run_program(CAASCAN, "scan", "--resolver", resolver, "--allow-special", "--dnssec", "off", *options, names,
                                "--overwrite", "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in output.read_text().splitlines()]
        self.assertEqual(len(records), count)
        return records, json.loads((self.folder / "out.ndjson.meta.json").read_text())

    def assert_all_from(self, protocol, sources, *options):
        self.count_from(protocol, sources)
        records, metadata = self.ask_resolver("--source", ",".join(sources), "--threads", "2", *options)
        self.assertEqual({record["outcome"] for record in records}, {"permit"})
        seen = self.counted()
        self.assertEqual(seen.pop("other"), 0, seen)
        self.assertEqual(metadata["source_addresses"], list(sources))
        self.assertEqual(metadata["families"], ["ipv4"], "no other family is used")
        return seen

    def test_one_source(self):
        seen = self.assert_all_from("udp", SOURCES[:1])
        self.assertGreater(seen[SOURCES[0]], 0)

    def test_several_share_the_load(self):
        seen = self.assert_all_from("udp", SOURCES, "--concurrency", "100", "--server-inflight", "20")
        for source in SOURCES:
            self.assertGreater(seen[source], sum(seen.values()) / 20, seen)

    def test_over_tcp_too(self):
        seen = self.assert_all_from("tcp", SOURCES[:1], "--tcp")
        self.assertGreater(seen[SOURCES[0]], 0)

    def test_by_an_interface(self):
        self.count_from("udp", ())
        records, metadata = self.ask_resolver("--interface", "lo", count=10)
        self.assertEqual({record["outcome"] for record in records}, {"permit"})
        self.assertEqual((metadata["interface"], metadata["source_addresses"]), ("lo", ["127.0.0.1"]))
        _, metadata = self.ask_resolver("--tcp", count=10)
        self.assertEqual((metadata["interface"], metadata["source_addresses"]), (None, ["127.0.0.1"]))

    def test_by_an_interface_without_a_way_there(self):
        subprocess.run(["ip", "link", "add", "stub0", "type", "veth"], check=True)
        self.addCleanup(subprocess.run, ["ip", "link", "del", "stub0"], check=True)
        subprocess.run(["ip", "link", "set", "stub0", "up"], check=True)
        for way in ((), ("--tcp",)):
            with self.subTest(way=way):
                done = self.run_program(CAASCAN, "scan", *way, "--interface", "stub0", "--resolver", RESOLVER, "--allow-special",
                                        "--timeout", "300", "--recheck", "0", stdin="a.example\n")
                self.assertEqual(done.returncode, 1, "no resolver has answered")
                self.assertNotEqual(json.loads(done.stdout)["outcome"], "permit")

    def test_an_ipv6_source_uses_no_ipv4(self):
        add_address("fd00::51")
        records, metadata = self.ask_resolver("--source", "fd00::51", resolver="::1", count=10)
        self.assertEqual({record["outcome"] for record in records}, {"permit"})
        self.assertEqual((metadata["families"], metadata["source_addresses"]), (["ipv6"], ["fd00::51"]))

    def test_what_cannot_be_used_is_said(self):
        rows = ((("--source", "192.0.2.7"), ("--source", "192.0.2.7", "Cannot assign requested address")),
                (("--source", "127.0.0.51,192.0.2.7"), ("--source", "192.0.2.7")),
                (("--source", "127.0.0.51:53"), ("--source", "127.0.0.51:53")),
                (("--source", ""), ("--source",)),
                (("--source", "127.0.0.51", "-6"), ("--source", "-6")),
                (("--source", "::1"), ("--resolver", "--source")),
                (("--interface", "nosuch0"), ("--interface", "nosuch0", "No such device")),
                (("--interface", ""), ("--interface",)))
        for command in ("scan", "check"):
            for options, parts in rows:
                if command == "check" and "-6" in options:
                    continue
                with self.subTest(command=command, options=options):
                    name = ("a.example",) if command == "check" else ()
                    done = self.run_program(CAASCAN, command, "--resolver", RESOLVER, *options, *name, stdin="a.example\n")
                    self.assertEqual(done.returncode, 2)
                    self.assert_one_clear_line(done, *parts)

    def test_an_interface_that_may_not_be_chosen(self):
        """Without CAP_NET_RAW a kernel of 5.7 or later allows it all the same; an older one says so."""
        drop = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"] if os.geteuid() == 0 else []
        done = self.run_program(*drop, CAASCAN, "scan", "--interface", "lo", "--resolver", RESOLVER, "--allow-special", "--dnssec",
                                "off", stdin="a.example\n")
        if done.returncode == 2:
            self.assert_one_clear_line(done, "--interface", "lo", "CAP_NET_RAW")
        else:
            self.assertEqual(done.returncode, 0, done.stderr.decode())


if __name__ == "__main__":
    harness.main()
