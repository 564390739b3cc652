"""Inputs of every format, plain and compressed; a zone file spares its zone's servers nearly every question."""

import collections
import gzip
import json
import random
import subprocess

import harness
from harness import CAASCAN
from lab import Lab

ZONES = 300


class Inputs(harness.Case):

    def setUp(self):
        super().setUp()
        self.zones = [f"d{i}.test" for i in range(ZONES)]
        self.siblings = [f"sibling{i}.test" for i in range(30)]
        address = "127.70.{}.{}".format
        zones = [{"zone": "test", "servers": [{"host": "ns.nic", "addresses": ["127.69.0.1"]}]}]
        zones += [{"zone": zone, "servers": [{"host": "ns", "addresses": [address(i // 250, 1 + i % 250)]}],
                   "records": ['@ CAA 0 issue "letsencrypt.org"']} for i, zone in enumerate(self.zones)]
        zones += [{"zone": zone, "servers": [{"host": "ns.d7.test.", "addresses": [address(0, 8)]}],
                   "records": ['@ CAA 0 issue "letsencrypt.org"']} for zone in self.siblings]
        self.lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": zones})))
        self.addCleanup(self.lab.stop)
        lines = ["test. 900 IN SOA ns.nic.test. h.nic.test. 1 2 3 4 5", "test. 900 IN NS ns.nic.test."]
        for i, zone in enumerate(self.zones):
            lines += [f"{zone}. 900 IN NS ns.{zone}.", f"ns.{zone}. 900 IN A {address(i // 250, 1 + i % 250)}"]
        self.zone_file = "\n".join(lines) + "\n"

    def run_scan(self, *arguments, stdin=b""):
        return self.run_program(CAASCAN, "scan", *self.lab.options(), "--server-rate", "0", *arguments, stdin=stdin)

    def names_of(self, done, exit_code=0):
        """The names that were permitted, which all must be."""
        self.assertEqual(done.returncode, exit_code, done.stderr.decode())
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual({record["outcome"] for record in records}, {"permit"})
        return sorted(record["name"] for record in records)

    def queries_at(self, address):
        """How many the lab has counted there."""
        return sum(self.lab.server_counters().get(address, {}).values())

    def test_a_zone_file_spares_the_parent(self):
        path = self.file("test.zone.gz", gzip.compress(self.zone_file.encode()))
        self.assertEqual(self.names_of(self.run_scan("--threads", "2", path)), sorted(self.zones))
        seeded = self.queries_at("127.69.0.1")
        self.assertLess(seeded, 10, "the zone's servers were asked although their zone file was given")
        path = self.file("names.txt", "".join(zone + "\n" for zone in self.zones))
        self.assertEqual(self.names_of(self.run_scan("--threads", "2", path)), sorted(self.zones))
        self.assertGreaterEqual(self.queries_at("127.69.0.1") - seeded, ZONES)

    def test_a_zone_file_in_any_order(self):
        """Whatever its order, and on a pipe: each delegated name once, with its glue, and the same records."""
        lines = self.zone_file.splitlines() + [f"{zone}. 900 IN NS ns.d7.test." for zone in self.siblings]
        soa, others = lines[0], lines[1:]
        rng = random.Random(1)
        shuffled = rng.sample(lines, len(lines))
        old_style = ["$ORIGIN test.", "$TTL 900"] + [
            line.replace(" 900 IN ", " ").replace(".test.", "").replace("test.", "@") for line in shuffled]
        orders = {
            "by owner": lines,
            "as text": [soa] + sorted(others) + [soa],
            "by type": [soa] + sorted(others, key=lambda line: line.split()[3] == "A"),
            "glue first": [soa] + sorted(others, key=lambda line: line.split()[3] != "A"),
            "shuffled": shuffled,
            "shuffled, in the old style": old_style,
        }
        expected = None
        before = self.queries_at("127.69.0.1")
        for what, order in orders.items():
            text = "\n".join(order) + "\n"
            for arguments, stdin in (([self.file("test.zone", text)], b""), (["--input-format", "zone"], text.encode())):
                with self.subTest(what, stdin=bool(stdin)):
                    done = self.run_scan("--threads", "2", "--servers", "none", *arguments, stdin=stdin)
                    self.assertEqual(self.names_of(done), sorted(self.zones + self.siblings))
                    records = [json.loads(line) for line in done.stdout.splitlines()]
                    for record in records:
                        for member in ("queries", "elapsed_ms", "time", "valid_until"):
                            record.pop(member, None)
                    records.sort(key=lambda record: record["name"])
                    expected = expected or records
                    self.assertEqual(records, expected)
        asked = self.queries_at("127.69.0.1") - before
        self.assertLess(asked, 5 * 2 * len(orders), "the zone's servers were asked although their zone file was given")

    def test_a_transfer_that_is_cut(self):
        heading = "; <<>> DiG 9.18.28 <<>> @127.69.0.1 test axfr\n"
        soa = self.zone_file.splitlines()[0] + "\n"
        self.assertEqual(self.names_of(self.run_scan(stdin=(heading + self.zone_file + soa).encode())),
                         sorted(self.zones))
        for text in (heading + self.zone_file, soa + self.zone_file):
            path = self.file("cut.zone", text)
            done = self.run_scan(path)
            self.assertEqual(self.names_of(done, exit_code=1), sorted(self.zones))
            self.assert_one_clear_line(done, path, f"closes a zone transfer; it was read to the end of line "
                                       f"{len(text.splitlines())}; {ZONES} names")

    def test_a_zone_file_that_does_not_fit_its_zonemd_record(self):
        path = self.file("test.zone", self.zone_file + "test. 900 IN ZONEMD 1 1 1 " + 96 * "0" + "\n")
        done = self.run_scan(path)
        self.assertEqual(self.names_of(done, exit_code=1), sorted(self.zones))
        self.assert_one_clear_line(done, path, "do not fit its ZONEMD record")

    def test_a_zone_file_that_ends_within_a_record(self):
        path = self.file("cut.zone", self.zone_file + "x.test. 900 IN A 192.")
        done = self.run_scan(path)
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        reasons = collections.Counter(json.loads(line)["reason"] for line in done.stdout.splitlines())
        self.assertEqual(reasons, {"issuer_authorized": ZONES, "invalid_name": 1})
        self.assert_one_clear_line(done, path, "ends within a record")

    def test_csv(self):
        rows = "".join(f"{i + 1},{zone}\n" for i, zone in enumerate(self.zones))
        for text in (rows, "rank,name\n" + rows):
            done = self.run_scan("--input-format", "auto", stdin=gzip.compress(text.encode()))
            self.assertEqual(self.names_of(done), sorted(self.zones))

    def test_zstd(self):
        text = "".join(json.dumps({"name": zone, "id": zone}) + "\n" for zone in self.zones)
        path = self.file("names", text)
        subprocess.run(["zstd", "-q", path], check=True)
        self.assertEqual(self.names_of(self.run_scan(path + ".zst")), sorted(self.zones))

    def test_a_broken_stream_gives_what_it_holds_and_one_clear_line(self):
        stream = gzip.compress("".join(zone + "\n" for zone in self.zones).encode())
        for broken, code, why in ((stream[:-20], 1, "breaks off; it was read to the end of line "),
                                  (stream[:-4] + b"xxxx", 2, "is corrupt")):
            path = self.file("broken.gz", broken)
            done = self.run_scan(path)
            self.assertGreater(len(self.names_of(done, exit_code=code)), ZONES // 2)
            self.assert_one_clear_line(done, path, why)


if __name__ == "__main__":
    harness.main()
