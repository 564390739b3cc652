"""Denials that are used again spare servers questions, and change no verdict (RFC 8198)."""

import json

import harness
from harness import CAASCAN
from lab import Lab

UNSIGNED, SIGNED = 300, 12
TOP = "127.69.0.1"
# What a scan needs of a top-level domain's servers besides: its keys, its SOA, and the first of each span.
FEW = 10


class Denials(harness.Case):

    def start(self, denial, threads=2):
        self.unsigned = [f"d{i}.test" for i in range(UNSIGNED)]
        self.signed = [f"s{i}.test" for i in range(SIGNED)]
        address = "127.70.{}.{}".format
        servers = {zone: address(i // 250, 1 + i % 250) for i, zone in enumerate(self.unsigned + self.signed)}
        zones = [{"zone": ".", "dnssec": True, "servers": [{"host": "a.root", "addresses": ["127.69.0.2"]}]},
                 {"zone": "test", "dnssec": {"denial": denial}, "servers": [{"host": "ns.nic", "addresses": [TOP]}]}]
        zones += [{"zone": zone, "servers": [{"host": "ns", "addresses": [servers[zone]]}],
                   **({"dnssec": {"denial": "nsec"}} if zone in self.signed else {})} for zone in servers]
        self.lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": zones})))
        self.addCleanup(self.lab.stop)
        lines = ["test. 900 IN SOA ns.nic.test. h.nic.test. 1 2 3 4 5", "test. 900 IN NS ns.nic.test."]
        for zone, server in servers.items():
            lines += [f"{zone}. 900 IN NS ns.{zone}.", f"ns.{zone}. 900 IN A {server}"]
        self.zone_file = self.file("test.zone", "\n".join(lines) + "\n")
        self.threads = str(threads)

    def scan(self, *arguments):
        """Records by name, without what a server or a clock decides."""
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--server-rate", "0", "--threads", self.threads,
                                *arguments)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        kept = ("outcome", "reason", "may_issue", "dnssec", "zone", "findings")
        return {record["name"]: {key: record.get(key) for key in kept}
                for record in map(json.loads, done.stdout.splitlines())}

    def queries_since(self, before):
        counted = self.lab.server_counters()
        return {address: sum(of.values()) - sum(before.get(address, {}).values()) for address, of in counted.items()}, counted

    def compare(self, *arguments):
        """What a scan with the store asks of the top-level domain's servers, and one without."""
        _, before = self.queries_since({})
        with_store = self.scan(*arguments)
        asked, before = self.queries_since(before)
        without = self.scan("--denials", "0", *arguments)
        asked_without, _ = self.queries_since(before)
        self.assertEqual(with_store, without)
        return with_store, asked, asked_without

    def test_a_zone_file_of_a_signed_zone_needs_a_question_a_span(self):
        self.start("nsec3-opt-out")
        records, asked, asked_without = self.compare(self.zone_file)
        self.assertEqual(len(records), UNSIGNED + SIGNED)
        for zone in self.unsigned:
            self.assertEqual((records[zone]["outcome"], records[zone]["dnssec"]), ("permit", "insecure"))
        for zone in self.signed:
            self.assertEqual((records[zone]["outcome"], records[zone]["dnssec"]), ("permit", "secure"))
        # With opt-out the zone has a span for each signed delegation, its apex and its server: 15. More are asked than
        # that and one for each signed delegation because several are under way at once.
        self.assertLessEqual(asked[TOP], UNSIGNED // 4, "one for each span, one for each signed delegation")
        self.assertGreaterEqual(asked_without[TOP], UNSIGNED)

    def test_the_root_is_asked_once_for_a_top_level_domain(self):
        self.start("nsec3-opt-out")
        _, asked, _ = self.compare(self.zone_file)
        self.assertLessEqual(asked["127.69.0.2"], 1 + 5)

    def test_nsec_denies_the_ds_of_each_delegation_by_a_record_of_its_own(self):
        self.start("nsec", threads=1)
        records, asked, asked_without = self.compare(self.zone_file)
        self.assertEqual({records[zone]["dnssec"] for zone in self.unsigned}, {"insecure"})
        self.assertLessEqual(asked[TOP], asked_without[TOP])
        again, asked, _ = self.compare(self.zone_file)
        self.assertEqual(again, records)

    def test_a_denial_of_data_is_asked_for_each_time(self):
        for denial in ("nsec", "nsec3-opt-out"):
            with self.subTest(denial):
                self.start(denial, threads=1)
                names = [f"none{i}.test" for i in range(40)]
                path = self.file("names", "".join(f"{name}\n" for name in names))
                _, asked, _ = self.compare("--concurrency", "1", path)
                self.assertGreaterEqual(asked[TOP], len(names))
                self.lab.stop()

    def test_all_servers_are_asked_where_all_are_to_be_heard(self):
        self.start("nsec", threads=1)
        path = self.file("names", "a.none.test\nb.none.test\n")
        _, asked, asked_without = self.compare("--concurrency", "1", "--all-servers", path)
        self.assertEqual(asked[TOP], asked_without[TOP])


if __name__ == "__main__":
    harness.main()
