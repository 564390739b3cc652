"""Zone files as people have them: which are known as such, and which names they give.

All names are below .test, which is not in the public DNS, so no query is sent for them.
"""

import json

import harness
from harness import CAASCAN, SOURCE

DATA = SOURCE / "tests" / "e2e" / "data"
SOA = "test. 900 IN SOA ns.test. h.test. 1 2 3 4 5\n"
OWN = ["shop.test", "*.preview.shop.test", "_dmarc.shop.test", "_http._tcp.shop.test", "info.shop.test", "mail.shop.test",
       "ns.shop.test", "paris.shop.test", "relay.shop.test", "status.shop.test", "www.shop.test"]


class ZoneLists(harness.Case):

    def run_scan(self, *arguments, stdin=b""):
        return self.run_program(CAASCAN, "scan", "--dnssec", "off", *arguments, stdin=stdin)

    def records_of(self, done, exit_code=0):
        self.assertEqual(done.returncode, exit_code, done.stderr.decode())
        return [json.loads(line) for line in done.stdout.splitlines()]

    def names_of(self, done, exit_code=0):
        """Those of the records, each of which is of a name."""
        records = self.records_of(done, exit_code)
        self.assertEqual({record["reason"] for record in records} - {"not_in_dns"}, set(), records)
        return sorted(record["name"] for record in records)

    def both_ways(self, text, *options):
        """The text as a file whose name says nothing, and on standard input."""
        yield self.run_scan(*options, self.file("list.txt", text))
        yield self.run_scan(*options, stdin=text)

    def test_a_zone_file_is_known_by_its_first_record(self):
        delegations = "a.test. 900 IN NS ns.a.test.\nb.test. 900 IN NS ns.a.test.\n"
        rows = {
            "NSEC3": "0p9.test. 900 IN NSEC3 1 1 0 - 0p9 NS\n" + SOA + delegations,
            "RRSIG": "test. 900 IN RRSIG SOA 8 1 900 20261201 20261101 5 test. AwE=\n" + SOA + delegations,
            "no class": "a.test. 900 NS ns.a.test.\nb.test. 900 NS ns.a.test.\n",
            "no TTL": "a.test. IN NS ns.a.test.\nb.test. IN NS ns.a.test.\n",
            "neither": "a.test. NS ns.a.test.\nb.test. NS ns.a.test.\n",
            "$ORIGIN": "$ORIGIN test.\n$TTL 900\na NS ns.a\nb NS ns.a\n",
            "$TTL": "$TTL 1h\n$ORIGIN test.\na NS ns.a\nb NS ns.a\n",
            "owner left out": "\tIN NS ns.a.test.\n" + delegations,
            "comments": "\n; of the registry\n;\n" + SOA + delegations,
            "an unknown type": "x.test. 60 IN RESINFO qnamemin\n" + delegations,
            "a relative owner": "x CAA 0 issue \"ca.example\"\n$ORIGIN test.\na NS ns.a\nb NS ns.a\n",
        }
        for what, text in rows.items():
            for done in self.both_ways(text):
                with self.subTest(what):
                    self.assertEqual(self.names_of(done), ["a.test", "b.test"])
        self.assertEqual(self.names_of(self.run_scan(stdin=(DATA / "registry-sorted.zone").read_bytes())), ["a.test", "b.test"])

    def test_lists_stay_lists(self):
        rows = {
            "names": ("a.test\nin.test\nns.test\n", ["a.test", "in.test", "ns.test"]),
            "names like classes": ("in.test\nin.a.test\n", ["in.a.test", "in.test"]),
            "indented": ("  a.test\n\tb.test\n", ["a.test", "b.test"]),
            "csv with blanks": ("1, a.test\n2, b.test\n", ["a.test", "b.test"]),
            "csv that speaks": ("1 in a million,a.test\n2 ns,b.test\n", ["a.test", "b.test"]),
        }
        for what, (text, names) in rows.items():
            for done in self.both_ways(text):
                with self.subTest(what):
                    self.assertEqual(self.names_of(done), names)

    def test_what_delegates_nothing_gives_no_record(self):
        """Of whatever type, with an owner of whatever form."""
        lines = ["www CAA 0 issue \"ca.example\"", "w 60 IN URI 10 1 \"https://x/\"", "h HINFO \"a\" \"b\"", "t TXT \"NS\"",
                 "r RESINFO q", "m IN AMTRELAY 1 0 0 .", "g TYPE65280 \\# 0", "d.test. LOC 1 N 1 E 0m"]
        text = "$ORIGIN test.\n$TTL 900\n" + "".join(line + "\n" for line in lines) + "a NS ns.a\n"
        for done in self.both_ways(text):
            self.assertEqual(self.names_of(done), ["a.test"])

    def test_owners(self):
        own = str(DATA / "own.zone")
        for arguments, stdin in (([own], b""), (["-"], (DATA / "own.zone").read_bytes())):
            with self.subTest(arguments):
                done = self.run_scan(*arguments, stdin=stdin)
                self.assertEqual(self.names_of(done), ["paris.shop.test"])
                done = self.run_scan("--zone-names", "owners", *arguments, stdin=stdin)
                self.assertEqual(self.names_of(done), sorted(OWN))
                self.assert_one_clear_line(done, f"{len(OWN)} names in, {len(OWN)} records out")
        done = self.run_scan("--zone-names", "owners", DATA / "registry-sorted.zone")
        self.assertEqual(self.names_of(done), ["a.test", "b.test", "test"])
        done = self.run_scan("--zone-names", "all", own)
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--zone-names")

    def test_directives_that_stand_for_records_are_refused(self):
        for word in ("$INCLUDE other.zone", "$GENERATE 1-3 h$ NS ns.test."):
            for soa in (SOA, "test. 900 IN SOA ns.test. h.test. (\n 1 2 3 4 5 )\n"):
                text = soa + "a.test. 900 IN NS ns.test.\n" + word + "\n"
                lines = len(text.splitlines())
                names = self.file("names.txt", "a.test\nb.test\n")
                zone = self.file("x.zone", text)
                with self.subTest(word, lines=lines):
                    done = self.run_scan(zone)
                    self.assertEqual(self.records_of(done, 2), [])
                    self.assert_one_clear_line(done, f"{zone}: line {lines}: {word.split()[0]}")
                    done = self.run_scan(names, "-", stdin=text)
                    self.assertEqual(self.names_of(done, 2), ["a.test", "b.test"])
                    self.assert_one_clear_line(done, f"standard input: line {lines}: {word.split()[0]}")
                    done = self.run_scan("--dry-run", zone)
                    self.assertEqual((done.returncode, done.stdout), (2, b""))

    def test_a_zone_that_delegates_nothing_says_so(self):
        text = SOA + "www.test. 900 IN A 192.0.2.1\n"
        for options in ([], ["--dry-run"]):
            for done in self.both_ways(text, *options):
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                said = [line for line in done.stderr.decode().splitlines() if "delegates nothing" in line]
                self.assertEqual(len(said), 1, done.stderr.decode())
                self.assertIn("--zone-names owners", said[0])
        for done in self.both_ways(text, "--zone-names", "owners"):
            self.assertEqual(self.names_of(done), ["test", "www.test"])


if __name__ == "__main__":
    harness.main()
