"""The same names through our own iterative resolver and through Unbound give the same outcomes, as the zones say."""

import json
import tempfile

import jsonschema

import harness
import tree


class RealServers(harness.Case):
    """One tree of servers for all tests; each test is one way to scan it."""

    @classmethod
    def setUpClass(cls):
        cls.tree_folder = tempfile.TemporaryDirectory(prefix="caascan-tree-")
        cls.addClassCleanup(cls.tree_folder.cleanup)
        cls.tree = tree.Tree(cls.tree_folder.name)
        cls.addClassCleanup(cls.tree.stop)

    def iterative(self):
        return ["--root-hints", self.tree.hints, "--allow-special", "--recheck", "0"]

    def forwarding(self):
        return ["--resolver", tree.RESOLVER, "--allow-special", "--recheck", "0"]

    def check_expected(self, options):
        records = {record["name"]: record for record in self.scan(*options, names=[row[0] for row in tree.EXPECTED])}
        for name, outcome, reason, owner in tree.EXPECTED:
            with self.subTest(name=name):
                record = records[name]
                self.assertEqual((record["outcome"], record["reason"]), (outcome, reason), record)
                self.assertEqual(record.get("caa", {}).get("owner"), owner, record)
                self.assertEqual(record["may_issue"], outcome == "permit")
                self.assertEqual(record["dnssec"], "unchecked")

    def test_iterative(self):
        self.check_expected(self.iterative())

    def test_iterative_with_minimised_names(self):
        self.check_expected([*self.iterative(), "--qname-minimisation", "relaxed"])

    def test_forwarding(self):
        self.check_expected(self.forwarding())

    def test_iterative_over_ipv4_misses_only_the_ipv6_zone(self):
        names = [row[0] for row in tree.EXPECTED if row[0] != "ipv6.alpha"]
        outcomes = {r["name"]: r["outcome"] for r in self.scan(*self.iterative(), "-4", names=names + ["ipv6.alpha"])}
        self.assertEqual(outcomes.pop("ipv6.alpha"), "error")
        self.assertEqual(outcomes, {row[0]: row[1] for row in tree.EXPECTED if row[0] != "ipv6.alpha"})

    def test_iterative_tells_failures_apart(self):
        names = [row[0] for row in tree.EXPECTED_FAILURES]
        records = {r["name"]: r for r in self.scan(*self.iterative(), "--timeout", "300", names=names)}
        for name, outcome, reason in tree.EXPECTED_FAILURES:
            with self.subTest(name=name):
                self.assertEqual((records[name]["outcome"], records[name]["reason"]), (outcome, reason), records[name])
                self.assertEqual(records[name]["failed_at"], name)
                self.assertFalse(records[name]["may_issue"])

    def test_forwarding_reports_the_resolvers_failure(self):
        # Not dead.alpha: whether Unbound or our patience gives up on it first is a matter of luck.
        for record in self.scan(*self.forwarding(), names=["lame.alpha", "nowhere.alpha"]):
            with self.subTest(name=record["name"]):
                self.assertEqual((record["outcome"], record["reason"]), ("servfail", "servfail"), record)

    def test_account_and_method_are_matched(self):
        right = ["--account-uri", tree.ACCOUNT, "--validation-method", "dns-01"]
        for options, reason in ((right, "issuer_authorized"),
                                (["--account-uri", tree.ACCOUNT + "0"], "account_uri_mismatch"),
                                (["--validation-method", "http-01"], "validation_method_mismatch")):
            with self.subTest(options=options):
                (record,) = self.scan(*self.iterative(), *options, names=["params.alpha"])
                self.assertEqual(record["reason"], reason)

    def test_the_whole_big_set_comes_over_tcp(self):
        for mode in (self.iterative(), self.forwarding()):
            with self.subTest(mode=mode):
                (record,) = self.scan(*mode, names=["big.alpha"])
                self.assertEqual(len(record["caa"]["records"]), 1001)

    def test_aliases_are_listed_in_order(self):
        for mode in (self.iterative(), self.forwarding()):
            with self.subTest(mode=mode):
                (record,) = self.scan(*mode, names=["far.alias.alpha"])
                self.assertEqual(record["cname"], ["www.relay.beta", "own.permit.alpha"])

    def test_records_are_valid_by_the_schema(self):
        schema = harness.record_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        names = [row[0] for row in tree.EXPECTED + tree.EXPECTED_FAILURES] + ["not a name", "BÜCHER.alpha"]
        ca_set = self.file("ca-set", '"Let\'s Encrypt" letsencrypt.org\nOther ca.example\n')
        for mode in (self.iterative(), self.forwarding()):
            options = [*mode, "--servers", "all", "--timeout", "300", "--ca-set", ca_set]
            for record in self.scan(*options, names=names):
                with self.subTest(name=record["name"]):
                    self.assertEqual([error.message for error in validator.iter_errors(record)], [])


if __name__ == "__main__":
    harness.main()
