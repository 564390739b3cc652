"""Real name servers, set up as they are found in the wild, are found out: each has its finding, with server and address."""

import subprocess

import harness
from culprits import Culprits, zone_text

ADDRESS = "127.0.1.1"  # Of the culprit; and behind it, where there is one, the server that it stands in front of.
BEHIND = "127.0.1.2"


class RealCulprits(harness.Case):

    def setUp(self):
        super().setUp()
        for address in (ADDRESS, BEHIND):
            harness.add_address(address)  # BIND listens on the interfaces' own.
        self.tree = Culprits(self.folder)
        self.addCleanup(self.tree.stop)

    def start(self, label, ds=""):
        self.tree.delegate(label, ADDRESS, ds)
        self.tree.start()

    def look(self, names, *options):
        return self.scan("--root-hints", self.tree.hints, "--trust-anchor", self.tree.anchor,
                         "--allow-special", "--timeout", "400", *options, names=names)

    def check(self, label, reason, *codes):
        """The zone's record has this reason and these findings, all of its one server; the evidence of the first."""
        (record,) = self.look([f"{label}.test"])
        self.assertEqual(record["reason"], reason, record)
        findings = record.get("findings", [])
        self.assertEqual([finding["code"] for finding in findings], list(codes), record)
        for finding in findings:
            if not finding["code"].startswith("dnssec_"):
                self.assertEqual((finding["host"], finding["address"]), (f"ns.{label}.test", ADDRESS))
        return findings[0].get("evidence", "")

    def test_nsd_without_the_zone_file(self):
        self.start("nofile")
        self.tree.start_nsd("culprit", ADDRESS, {"nofile.test.": str(self.folder / "missing.zone")})
        self.check("nofile", "servfail", "lame_servfail")

    def test_nsd_that_does_not_know_the_zone(self):
        self.start("elsewhere")
        self.tree.start_sound("other", ADDRESS)
        evidence = self.check("elsewhere", "refused", "lame_refused")
        self.assertIn("the NS set at the registrar is not the one of the hosted zone", evidence)

    def test_bind_with_stale_signatures(self):
        path, ds = self.tree.sign("stale.test.", zone_text("stale.test.", ADDRESS), "-s", "20200101000000", "-e", "20200201000000")
        self.start("stale", ds)
        self.tree.run("culprit", ADDRESS, ["named", "-g", "-n", "1", "-c", self.tree.write("named.conf", "\n".join([
            "options {", f'directory "{self.folder}";', "pid-file none;", "session-keyfile none;", "recursion no;",
            f"listen-on port 53 {{ {ADDRESS}; }};", "listen-on-v6 { none; };", "dnssec-validation no;", "notify no;", "};",
            "controls { };", f'zone "stale.test" {{ type primary; file "{path}"; }};']) + "\n")])
        self.tree.wait_for(ADDRESS, "stale.test.")
        self.check("stale", "dnssec_bogus", "dnssec_signature_expired")

    def test_one_of_two_servers_with_stale_signatures(self):
        path, ds = self.tree.sign("half.test.", zone_text("half.test.", ADDRESS, f"ns A {BEHIND}"))
        stale = self.tree.sign_again(path, "half.test.", "-s", "20200101000000", "-e", "20200201000000")
        self.start("half", f"{ds}ns.half.test. A {BEHIND}\n")
        self.tree.start_nsd("culprit", ADDRESS, {"half.test.": stale})
        self.tree.wait_for(ADDRESS, "half.test.")
        self.tree.start_nsd("sound", BEHIND, {"half.test.": path})
        self.tree.wait_for(BEHIND, "half.test.")
        (record,) = self.look(["half.test"], "--all-servers")
        self.assertEqual((record["reason"], record["dnssec"]), ("no_caa", "secure"))
        found = [(f["code"], f["host"], f["address"]) for f in record["findings"] if f["code"].startswith("dnssec_")]
        self.assertEqual(found, [("dnssec_signature_expired", "ns.half.test", ADDRESS)], record)

    def test_knot_that_limits_responses(self):
        self.start("limited")
        path = self.tree.write("limited.zone", zone_text("limited.test.", ADDRESS, '* CAA 0 issue "letsencrypt.org"'))
        self.tree.run("culprit", ADDRESS, ["knotd", "-c", self.tree.write("knot.conf", "\n".join([
            "server:", f'  rundir: "{self.folder}"', "  udp-workers: 1", "  tcp-workers: 1", "  background-workers: 1",
            f"  listen: {ADDRESS}@53", "control:", f'  listen: "{self.folder}/control"', "database:",
            f'  storage: "{self.folder}"', "mod-rrl:", "  - id: limit", "    rate-limit: 20", "    slip: 2", "template:",
            "  - id: default", "    global-module: mod-rrl/limit", "zone:", "  - domain: limited.test", f'    file: "{path}"',
            "    zonefile-sync: -1", "    journal-content: none"]) + "\n")])
        records = self.look([f"n{i}.limited.test" for i in range(1000)])
        self.assertEqual({record["reason"] for record in records}, {"issuer_authorized"})
        findings = [finding for record in records for finding in record.get("findings", [])]
        self.assertEqual({(f["code"], f["host"], f["address"]) for f in findings},
                         {("rate_limited", "ns.limited.test", ADDRESS)})

    def start_dnsdist(self, label, *rules):
        """dnsdist in front of a sound NSD."""
        self.start(label)
        self.tree.start_nsd("behind", BEHIND, {
            f"{label}.test.": self.tree.write("behind.zone", zone_text(f"{label}.test.", ADDRESS))})
        self.tree.run("culprit", ADDRESS, ["dnsdist", "--supervised", "--disable-syslog", "-C", self.tree.write(
            "dnsdist.conf", "\n".join([f'setLocal("{ADDRESS}:53")', 'setACL("127.0.0.0/8")', "setSecurityPollSuffix('')",
                                       f'newServer({{address="{BEHIND}:53", healthCheckMode="up"}})', *rules]) + "\n")])
        self.tree.wait_for(ADDRESS, f"{label}.test.")

    def test_dnsdist_that_answers_notimp_to_caa(self):
        self.start_dnsdist("notimp", "addAction(QTypeRule(257), RCodeAction(DNSRCode.NOTIMP))")
        self.check("notimp", "notimp", "notimp_on_caa", "notimp_for_type")

    def test_dnsdist_that_drops_unknown_types(self):
        known = ", ".join(f"QTypeRule({qtype})" for qtype in (1, 2, 5, 6, 15, 16, 28))
        self.start_dnsdist("dropping", f"addAction(NotRule(OrRule({{{known}}})), DropAction())")
        self.check("dropping", "caa_dropped", "caa_dropped", "unknown_types_dropped")

    def test_dnsmasq_that_stands_in_the_delegation(self):
        self.start("masq")
        self.tree.run("culprit", ADDRESS, [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=",
            "--bind-interfaces", f"--listen-address={ADDRESS}", "--local=/masq.test/", "--host-record=masq.test,127.9.0.1"])
        self.check("masq", "not_authoritative", "lame_not_authoritative")

    def test_a_packet_filter_that_drops_tcp(self):
        self.start("filtered")
        records = "\n".join(f'@ CAA 0 issue "ca{i}.example"' for i in range(200))
        self.tree.start_sound("filtered", ADDRESS, records)
        rules = f"add table inet culprit; add chain inet culprit in {{ type filter hook input priority 0; }}; " \
                f"add rule inet culprit in ip daddr {ADDRESS} tcp dport 53 drop"
        subprocess.run(["nft", rules], check=True)
        self.addCleanup(subprocess.run, ["nft", "delete table inet culprit"], check=True)
        self.check("filtered", "truncated", "truncated_no_tcp")


if __name__ == "__main__":
    harness.main()
