"""What names cost whose servers send all that they can: CPU, memory and queries of a whole scan. docs/hostile.md has the limits."""

from hostile_case import MOST_CPU_S, NEIGHBOUR, Hostile, harness
from world import MAX_MESSAGE

KIB = 1 << 10  # The kernel's unit for memory.
TRAPS = 60  # With all keys tried by all signatures there are more than a million checks.


class HostileCost(Hostile):

    def assert_cheap(self, kinds, count, reasons, cpu_s=MOST_CPU_S):
        """So many hostile names of these kinds end for one of these reasons."""
        for each in self.scan_attacks(kinds, count):
            self.assertIn(each["reason"], reasons, each)
        self.assertLess(self.usage.ru_utime + self.usage.ru_stime, cpu_s)

    def test_key_trap(self):
        """CVE-2023-50387: a hundred keys of one tag, and as many signatures by that tag as a message holds."""
        self.assert_cheap(["keytrap"], TRAPS, {"dnssec_bogus", "too_many_queries"})

    def test_key_trap_at_the_keys(self):
        self.assert_cheap(["keytrap-at-keys"], TRAPS, {"dnssec_bogus", "too_many_queries"})

    def test_the_keys_of_the_traps_are_sound(self):
        """The honest neighbour of both: the same zone, keys and signer, with a true signature."""
        found, = self.scan_attacks(["signed"], 1)
        self.assertEqual((found["reason"], found["dnssec"]), ("issuance_forbidden", "secure"), found)

    def test_thirty_answers_of_64_kilobytes(self):
        self.assert_cheap(["big-caa", "big-nsec", "big-rrsig"], 30, {"no_issue_property", "dnssec_bogus", "too_many_queries"})

    def test_thousands_of_glue_addresses(self):
        """Of the 4,000 addresses of each referral 32 are kept. Four hundred names take no more memory than the messages that
        are in flight, and what comes with their connections; all addresses kept would be a hundred octets each at least."""
        names, options = 400, ["--retries", "0", "--recheck", "0", "--diagnose", "off", "--name-timeout", "10"]
        for each in self.scan_attacks(["wide-glue"], names, *options):
            self.assertNotIn(each["outcome"], ("permit", "deny"), each)
        among = self.usage.ru_maxrss
        self.run_scan([NEIGHBOUR["zone"]], *self.lab.options())
        self.assertLess(among - self.usage.ru_maxrss, names * 4 * MAX_MESSAGE // KIB)

    def test_a_referral_at_each_of_110_labels(self):
        self.assert_cheap(["deep"], 4, {"too_many_queries"})

    def test_formerr_from_32_addresses(self):
        self.assert_cheap(["formerr"], 4, {"too_many_queries", "formerr"})


if __name__ == "__main__":
    harness.main()
