"""What validators differ about, on zones that dnssec-signzone signed and NSD serves: SHA-1, signatures whose inception lies ahead,
and keys of the root that no trust anchor names."""

import os
import re
import unittest.mock

import harness
from culprits import Culprits, zone_text
from harness import CAASCAN, SOURCE

ADDRESS = "127.0.1.1"  # Serves all zones of a test.
CONFIGURATIONS = ("strict", "fips_only", "no_provider")  # tests/dnssec/openssl_*.cnf
DEPRECATED = "dnssec_algorithm_deprecated"

# Zone: how it is signed; its state, and whether its one finding is there, by default and where SHA-1 does not count.
SHA1_ZONES = {
    "rsasha1": ({"algorithm": "NSEC3RSASHA1"}, ("secure", True), ("insecure", True)),
    "digest1": ({"digests": ("-1",)}, ("secure", True), ("insecure", True)),
    "digests": ({"digests": ("-1", "-2")}, ("secure", False), ("secure", False)),
    "modern": ({}, ("secure", False), ("secure", False)),
}


class DnssecPolicy(harness.Case):

    def setUp(self):
        super().setUp()
        harness.add_address(ADDRESS)
        self.tree = Culprits(self.folder)
        self.addCleanup(self.tree.stop)

    def start(self, zones):
        """Serves zones of `test`: label -> (options of dnssec-signzone, keywords of sign())."""
        paths = {}
        for label, (options, keywords) in zones.items():
            apex = f"{label}.test."
            paths[apex], ds = self.tree.sign(apex, zone_text(apex, ADDRESS), *options, **keywords)
            self.tree.delegate(label, ADDRESS, ds=ds)
        self.tree.start()
        self.tree.start_nsd("zones", ADDRESS, paths)
        for apex in paths:
            self.tree.wait_for(ADDRESS, apex)

    def options(self):
        return ["--root-hints", self.tree.hints, "--trust-anchor", self.tree.anchor, "--allow-special"]

    def look(self, labels, *options):
        records = self.scan(*self.options(), *options, names=[f"{label}.test" for label in labels])
        return {record["name"].removesuffix(".test"): record for record in records}

    def check_sha1(self, which, *options):
        for label, record in self.look(SHA1_ZONES, *options).items():
            state, deprecated = SHA1_ZONES[label][which]
            self.assertEqual((record["outcome"], record["dnssec"]), ("permit", state), record)
            found = [(finding["code"], finding["zone"]) for finding in record.get("findings", [])]
            self.assertEqual(found, [(DEPRECATED, f"{label}.test")] if deprecated else [], record)

    def test_sha1_counts_as_the_user_says_on_every_machine(self):
        self.start({label: ([], keywords) for label, (keywords, _, _) in SHA1_ZONES.items()})
        self.check_sha1(1)
        self.check_sha1(1, "--dnssec-sha1", "accept")
        self.check_sha1(2, "--dnssec-sha1", "insecure")
        for name in CONFIGURATIONS:
            path = str(SOURCE / "tests" / "dnssec" / f"openssl_{name}.cnf")
            with self.subTest(name), unittest.mock.patch.dict(os.environ, OPENSSL_CONF=path):
                self.check_sha1(1)
        done = self.run_program(CAASCAN, "check", *self.options(), "--dnssec-sha1", "insecure", "--json", "rsasha1.test")
        self.assertIn(b'"dnssec":"insecure"', done.stdout)

    def test_inceptions_that_lie_ahead(self):
        self.start({"soon": (["-s", "now+1800", "-e", "now+86400"], {}), "later": (["-s", "now+864000", "-e", "now+1728000"], {})})
        records = self.look(["soon", "later"])
        self.assertEqual((records["soon"]["outcome"], records["soon"]["dnssec"]), ("permit", "secure"))
        (finding,) = records["soon"]["findings"]
        self.assertEqual((finding["code"], finding["zone"]), ("dnssec_signature_future", "soon.test"))
        ahead_s = int(re.search(r", begins in (\d+) s: let pass", finding["evidence"]).group(1))
        self.assertTrue(1800 - harness.PATIENCE_S < ahead_s <= 1800, finding)
        self.assertEqual((records["later"]["reason"], records["later"]["may_issue"]), ("dnssec_bogus", False))
        self.assertEqual([finding["code"] for finding in records["later"]["findings"]], ["dnssec_signature_future"])

    def test_a_key_of_the_root_that_no_anchor_names(self):
        self.tree.make_key(".")
        self.start({"modern": ([], {})})
        for command, name in (("scan", "-"), ("check", "modern.test")):
            done = self.run_program(CAASCAN, command, *self.options(), name, stdin=b"modern.test\nwww.modern.test\n")
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            warnings = [line for line in done.stderr.decode().splitlines() if "warning: the root has key " in line]
            self.assertEqual(len(warnings), 1, done.stderr.decode())
        with open(self.tree.anchor, encoding="utf-8") as anchor:
            tag = anchor.read().split()[3]
        self.assertNotIn(f"key {tag} ", warnings[0])

    def test_a_root_whose_keys_are_all_named(self):
        self.start({"modern": ([], {})})
        done = self.run_program(CAASCAN, "scan", *self.options(), "-", stdin=b"modern.test\n")
        self.assertNotIn(b"warning", done.stderr)


if __name__ == "__main__":
    harness.main()
