"""What caascan scan --dry-run expects, beside what the lab's servers are really asked. The tolerance: a tenth of what is
expected, and ten queries."""

import json
import re

import harness
from harness import CAASCAN
from lab import Lab

UNSIGNED, SIGNED, HOSTED = 40, 40, 300
TOP = "127.69.0.1"
ROOT = "127.69.0.2"
HOST = "127.69.0.3"
WWW = ["www A 192.0.2.1"]


class Forecast(harness.Case):

    def setUp(self):
        super().setUp()
        address = "127.70.{}.{}".format
        own = [f"d{i}.test" for i in range(UNSIGNED)] + [f"s{i}.test" for i in range(SIGNED)]
        self.addresses = {zone: address(i // 250, 1 + i % 250) for i, zone in enumerate(own)}
        self.hosted = [f"h{i}.test" for i in range(HOSTED)]
        self.zones = own + self.hosted
        zones = [{"zone": ".", "dnssec": True, "servers": [{"host": "a.root", "addresses": [ROOT]}]},
                 {"zone": "test", "dnssec": {"denial": "nsec3-opt-out"},
                  "servers": [{"host": "ns.nic", "addresses": [TOP]}]},
                 {"zone": "hoster.test", "servers": [{"host": "ns", "addresses": [HOST]}]}]
        zones += [{"zone": zone, "servers": [{"host": "ns", "addresses": [server]}], "records": WWW,
                   **({"dnssec": {"denial": "nsec"}} if zone.startswith("s") else {})}
                  for zone, server in self.addresses.items()]
        zones += [{"zone": zone, "servers": [{"host": "ns.hoster.test.", "addresses": [HOST]}], "records": WWW}
                  for zone in self.hosted]
        self.lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": zones})))
        self.addCleanup(self.lab.stop)

    def names(self):
        return self.file("names", "".join(f"{zone}\nwww.{zone}\n" for zone in self.zones))

    def zone_file(self):
        lines = ["test. 900 IN SOA ns.nic.test. h.nic.test. 1 2 3 4 5", "test. 900 IN NS ns.nic.test."]
        for zone, server in self.addresses.items():
            lines += [f"{zone}. 900 IN NS ns.{zone}.", f"ns.{zone}. 900 IN A {server}"]
            if zone.startswith("s"):
                lines.append(f"{zone}. 900 IN DS 1 8 2 {64 * '0'}")
        lines += [f"{zone}. 900 IN NS ns.hoster.test." for zone in self.hosted]
        return self.file("test.zone", "\n".join([*lines, f"ns.hoster.test. 900 IN A {HOST}", ""]))

    def counted(self):
        return {address: sum(of.values()) for address, of in self.lab.server_counters().items()}

    def run_scan(self, *arguments):
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--threads", "1", "--concurrency", "1", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def compare(self, *arguments):
        """The forecast's text; what it expects at the zone, the root and in all has come true in a real scan."""
        before = self.counted()
        text = self.run_scan("--dry-run", *arguments)
        self.assertEqual(self.counted(), before, "a forecast sends no query")
        records = [json.loads(line) for line in self.run_scan(*arguments).splitlines()]
        self.assertEqual({record["outcome"] for record in records}, {"permit"})
        after = self.counted()
        real = {address: count - before.get(address, 0) for address, count in after.items()}
        expected = {TOP: self.number(r"^test( +\d+){3} +(\d+)", text), ROOT: self.number(r"^(the root) +(\d+)", text),
                    "in all": self.number(r"^(queries in all:) (\d+)", text)}
        if "operator" in text:
            expected[HOST] = self.number(r"^hoster.test +(\d+) +(\d+)", text)
        real["in all"] = sum(real.values())
        for where, count in expected.items():
            self.assertAlmostEqual(real[where], count, delta=10 + count / 10, msg=f"{where}: {expected} {text}")
        return text

    def number(self, pattern, text):
        found = re.search(pattern, text, re.MULTILINE)
        self.assertIsNotNone(found, text)
        return int(found.group(2))

    def test_a_list(self):
        for dnssec in ("validate", "off"):
            with self.subTest(dnssec):
                text = self.compare("--server-rate", "0", "--dnssec", dnssec, self.names())
                self.assertIn(f"lines {2 * len(self.zones)}, of which 0 are not looked up; {2 * len(self.zones)} names, "
                              f"{len(self.zones)} registrable domains\n", text)

    def test_zone_facts(self):
        facts = str(self.folder / "zones.ndjson")
        for names in (self.names(), self.zone_file()):
            for options in (("--zone-ns",), ("--zone-ns", "--zone-keys")):
                with self.subTest(names=names, options=options):
                    self.compare("--server-rate", "0", "--zones", facts, "--overwrite", *options, names)

    def test_a_zone_file(self):
        for arguments in (("--dnssec", "validate"), ("--dnssec", "off"), ("--denials", "0")):
            with self.subTest(arguments):
                self.compare("--server-rate", "0", *arguments, self.zone_file())

    def test_the_time_follows_the_limits(self):
        text = self.run_scan("--dry-run", "--server-rate", "1", self.zone_file())
        self.assertRegex(text, r"\ntime at least: 6 min, for the server ns.hoster.test\n$")
        text = self.run_scan("--dry-run", "--rate", "1", self.names())
        self.assertRegex(text, r"\ntime at least: \d+ min, for all queries together\n$")

    def test_it_writes_over_nothing(self):
        path = self.file("out.ndjson", "")
        self.assertEqual(self.run_scan("--dry-run", "-o", path, self.names()), "")
        with open(path, encoding="ascii") as written:
            self.assertIn("queries in all", written.read())
        done = self.run_program(CAASCAN, "scan", "--dry-run", "-o", path, self.names())
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, path, "is there already")


if __name__ == "__main__":
    harness.main()
