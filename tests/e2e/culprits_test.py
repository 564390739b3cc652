"""Real name servers, set up as they are found in the wild, are found out: each has its finding, with server and address.
Beside each stands a neighbour in which that fault is not, and must not be named."""

import concurrent.futures
import json
import subprocess
import tempfile

import harness
from culprits import Culprits, zone_text

KEYS = "QTypeRule(48)"
KNOWN_TYPES = ", ".join(f"QTypeRule({qtype})" for qtype in (1, 2, 5, 6, 15, 16, 28))
# Zones behind dnsdist: label, is it signed, which queries are not passed on, what happens to these.
BALANCED = (
    ("notimp", False, "QTypeRule(257)", "RCodeAction(DNSRCode.NOTIMP)"),
    ("dropping", False, f"NotRule(OrRule({{{KNOWN_TYPES}}}))", "DropAction()"),
    ("keysdropped", True, KEYS, "DropAction()"),
    ("keysrefused", True, KEYS, "RCodeAction(DNSRCode.REFUSED)"),
    ("halfdropped", True, KEYS, "DropAction()"),
    ("unsigned", False, KEYS, "DropAction()"),
    ("passed", True, "QTypeRule(65280)", "DropAction()"),
)
NO_RESOLVER, REFUSING, RESOLVER = "127.0.7.1", "127.0.7.2", "127.0.7.3"


class RealCulprits(harness.Case):
    """They stand in one tree, each at addresses of its own, and are looked up side by side: nearly all of the time is waiting.
    Methods named start_* set them up before the first test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="caascan-e2e-")
        cls.addClassCleanup(folder.cleanup)
        cls.tree = Culprits(folder.name)
        cls.addClassCleanup(cls.tree.stop)
        for start in [name for name in dir(cls) if name.startswith("start_")]:
            getattr(cls, start)()
        cls.tree.start()
        names = [f"{label}.test" for label in cls.tree.delegations if label != "cdn"] + [
            "www.looped.test", "app.sub.looped.test", "www.front.test",
            *(f"www.{label}.{above}.test" for label in ("child", "signed") for above in ("twin", "linked"))]
        tree = ("--root-hints", cls.tree.hints, "--trust-anchor", cls.tree.anchor)
        cls.runs = {}
        cls.pool = concurrent.futures.ThreadPoolExecutor(4)
        cls.addClassCleanup(cls.pool.shutdown)
        cls.begin("scan", "scan", *tree, names=names)
        cls.begin("all servers", "scan", "--all-servers", *tree, names=names)
        for name in ("www.front.test", "unhosted.test"):
            cls.begin(f"check {name}", "check", *tree, name)
        for resolver in (NO_RESOLVER, REFUSING, RESOLVER):
            names = ["sound.test"] if resolver != RESOLVER else ["sound.test", "nofile.test", "unhosted.test", "silent.test"]
            cls.begin(resolver, "scan", "--resolver", resolver, names=names)
            cls.begin(f"check {resolver}", "check", "--resolver", resolver, "sound.test")
        for name in ("unhosted.test", "silent.test"):
            cls.begin(f"check {RESOLVER} {name}", "check", "--resolver", RESOLVER, name)

    @classmethod
    def begin(cls, key, command, *options, names=()):
        """Runs caascan beside the other runs; done() waits for it."""
        cls.runs[key] = cls.pool.submit(
            subprocess.run, [harness.CAASCAN, command, "--allow-special", "--timeout", "400", *options],
            input="".join(name + "\n" for name in names), capture_output=True, text=True, timeout=harness.PATIENCE_S, check=False)

    def done(self, key):
        return self.runs[key].result()

    def records(self, key, exit_code=0):
        done = self.done(key)
        self.assertEqual(done.returncode, exit_code, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def record(self, name, key="scan"):
        (record,) = [record for record in self.records(key) if record["name"] == name]
        return record

    def address(self, label):
        return self.tree.delegations[label][0][0]

    def check(self, label, reason, *codes, name=None):
        """The name's record has this reason and these findings, all of its zone's one server; the evidence of the first."""
        record = self.record(name or f"{label}.test")
        self.assertEqual(record["reason"], reason, record)
        findings = record.get("findings", [])
        self.assertEqual([finding["code"] for finding in findings], list(codes), record)
        for finding in findings:
            if not finding["code"].startswith("dnssec_"):
                self.assertEqual((finding["host"], finding["address"]), (f"ns.{label}.test", self.address(label)))
        return findings[0].get("evidence", "") if findings else ""

    def found_at_servers(self, name, key="all servers"):
        """(code, host, address) of each finding about a server's address."""
        findings = self.record(name, key).get("findings", [])
        return {(finding["code"], finding["host"], finding["address"]) for finding in findings if "address" in finding}

    @classmethod
    def start_sound(cls):
        cls.tree.start_sound("sound")

    def test_sound_server(self):
        self.check("sound", "no_caa")
        self.assertEqual(self.found_at_servers("sound.test"), set())

    @classmethod
    def start_nsd_without_the_zone_file(cls):
        address = cls.tree.delegate("nofile")
        cls.tree.start_nsd("nofile", address, {"nofile.test.": str(cls.tree.folder / "missing.zone")})

    def test_nsd_without_the_zone_file(self):
        self.check("nofile", "servfail", "lame_servfail")

    @classmethod
    def start_cdn(cls):
        """An alias into a zone that its own server does not have, and the same server named for another such zone."""
        cls.tree.start_sound("front", "www CNAME site-17.cdn.test.")
        address = cls.tree.start_sound("other")
        cls.tree.delegate("cdn", address)
        cls.tree.delegate("unhosted", address)

    def test_nsd_that_does_not_know_the_zone(self):
        evidence = self.check("unhosted", "refused", "lame_refused")
        self.assertIn("the NS set at the registrar is not the one of the hosted zone", evidence)
        self.check("other", "no_caa")
        page = self.page("unhosted.test")
        for phrase in ("the name servers entered at the registrar", "Set the registrar's name servers to those that serve the zone",
                       "To send to the domain owner", f"dig +norec CAA unhosted.test @{self.address('unhosted')}"):
            self.assertIn(phrase, page)
        self.assertNotIn("operator of the zone", page)

    def test_cdn_behind_an_alias(self):
        self.check("cdn", "refused", "lame_refused", name="www.front.test")
        self.check("front", "no_caa")
        page = self.page("www.front.test")
        for phrase in ("To send to the operator of the zone cdn.test",
                       "www.front.test is an alias that leads to site-17.cdn.test, and there the look-up fails",
                       "or the owner of www.front.test points the alias elsewhere",
                       f"dig +norec CAA site-17.cdn.test @{self.address('cdn')}"):
            self.assertIn(phrase, page)
        for phrase in ("To send to the domain owner", "entered at the registrar", "dig +norec CAA www.front.test"):
            self.assertNotIn(phrase, page)

    def page(self, name):
        """What `caascan check` prints, on one line."""
        done = self.done(f"check {name}")
        self.assertEqual(done.returncode, 3, done.stderr)
        return " ".join(done.stdout.split())

    @classmethod
    def start_bind_with_stale_signatures(cls):
        address = cls.tree.new_address()
        path, ds = cls.tree.sign("stale.test.", zone_text("stale.test.", address), "-s", "20200101000000", "-e", "20200201000000")
        cls.tree.delegate("stale", address, ds=ds)
        cls.tree.run("stale", address, ["named", "-g", "-n", "1", "-c", cls.tree.write("named.conf", "\n".join([
            "options {", f'directory "{cls.tree.folder}";', "pid-file none;", "session-keyfile none;", "recursion no;",
            f"listen-on port 53 {{ {address}; }};", "listen-on-v6 { none; };", "dnssec-validation no;", "notify no;", "};",
            "controls { };", f'zone "stale.test" {{ type primary; file "{path}"; }};']) + "\n")])
        cls.tree.wait_for(address, "stale.test.")

    def test_bind_with_stale_signatures(self):
        self.check("stale", "dnssec_bogus", "dnssec_signature_expired")

    @classmethod
    def start_one_of_two_servers_with_stale_signatures(cls):
        stale, sound = cls.tree.new_address(), cls.tree.new_address()
        path, ds = cls.tree.sign("half.test.", zone_text("half.test.", stale, f"ns A {sound}"))
        cls.tree.delegate("half", stale, sound, ds=ds)
        again = cls.tree.sign_again(path, "half.test.", "-s", "20200101000000", "-e", "20200201000000")
        for kind, address, zone in (("half", stale, again), ("half-sound", sound, path)):
            cls.tree.start_nsd(kind, address, {"half.test.": zone})
            cls.tree.wait_for(address, "half.test.")

    def test_one_of_two_servers_with_stale_signatures(self):
        record = self.record("half.test", "all servers")
        self.assertEqual((record["reason"], record["dnssec"]), ("no_caa", "secure"))
        found = [(f["code"], f["host"], f["address"]) for f in record["findings"] if f["code"].startswith("dnssec_")]
        self.assertEqual(found, [("dnssec_signature_expired", "ns.half.test", self.address("half"))], record)

    @classmethod
    def start_dnsdist(cls):
        """It stands in front of one NSD with all of the zones, at an address for each."""
        behind = cls.tree.new_address()
        zones, rules = {}, []
        for label, is_signed, queries, action in BALANCED:
            apex, address = f"{label}.test.", cls.tree.new_address()
            beside = [behind] if label == "halfdropped" else []
            text = zone_text(apex, address, f"ns A {behind}" if beside else "")
            zones[apex], ds = cls.tree.sign(apex, text) if is_signed else (cls.tree.write(f"{label}.zone", text), "")
            cls.tree.delegate(label, address, *beside, ds=ds)
            rules.append(f'addAction(AndRule({{makeRule("{apex}"), {queries}}}), {action})')
        cls.tree.start_nsd("behind", behind, zones)
        cls.tree.wait_for(behind, "notimp.test.")
        cls.tree.start_dnsdist([cls.tree.delegations[row[0]][0][0] for row in BALANCED], behind, rules)

    def test_dnsdist_that_answers_notimp_to_caa(self):
        self.check("notimp", "notimp", "notimp_on_caa", "notimp_for_type")

    def test_dnsdist_that_drops_unknown_types(self):
        self.check("dropping", "caa_dropped", "caa_dropped", "unknown_types_dropped")

    def test_dnsdist_that_drops_queries_for_keys(self):
        evidence = self.check("keysdropped", "no_response", "dnskey_dropped", "dnssec_no_dnskey")
        self.assertIn("SOA answered behind each", evidence)
        self.assertFalse(self.record("keysdropped.test")["may_issue"])

    def test_dnsdist_that_refuses_queries_for_keys(self):
        evidence = self.check("keysrefused", "refused", "dnskey_refused", "dnssec_no_dnskey")
        self.assertIn("CAA: NOERROR; DNSKEY: REFUSED; SOA: NOERROR", evidence)
        self.assertFalse(self.record("keysrefused.test")["may_issue"])

    def test_dnsdist_in_front_of_one_of_two_servers(self):
        """The keys come from the other: nothing fails, and the look at all servers shows it."""
        self.check("halfdropped", "no_caa")
        for key in ("scan", "all servers"):
            record = self.record("halfdropped.test", key)
            self.assertEqual((record["reason"], record["dnssec"], record["may_issue"]), ("no_caa", "secure", True), record)
        self.assertEqual(self.found_at_servers("halfdropped.test"),
                         {("dnskey_dropped", "ns.halfdropped.test", self.address("halfdropped"))})

    def test_dnsdist_whose_rules_hide_no_keys(self):
        for label, dnssec in (("unsigned", "insecure"), ("passed", "secure")):  # The first has no DS, so keys are not needed.
            self.check(label, "no_caa")
            self.assertEqual(self.record(f"{label}.test")["dnssec"], dnssec)
            self.assertEqual(self.found_at_servers(f"{label}.test"), set())

    @classmethod
    def start_powerdns_with_aliases_that_lead_to_themselves(cls):
        addresses = cls.tree.new_address(), cls.tree.new_address()
        cls.tree.delegate("looped", *addresses)
        cls.tree.start_powerdns(addresses, "looped.test.", cls.tree.write("looped.zone", zone_text(
            "looped.test.", addresses[0], f"ns A {addresses[1]}\nwww A 127.9.0.1\n*.sub CNAME x.sub")))

    def test_powerdns_with_aliases_that_lead_to_themselves(self):
        for key in ("scan", "all servers"):
            broken = self.record("app.sub.looped.test", key)
            self.assertEqual(broken["reason"], "servfail", broken)
            self.assertEqual(self.found_at_servers("app.sub.looped.test", key), {
                ("name_broken", "ns.looped.test", address) for address in self.tree.delegations["looped"][0]})
        self.assertIn("A: SERVFAIL; TXT: SERVFAIL", broken["findings"][0]["evidence"])
        self.check("looped", "no_caa", name="www.looped.test")
        self.check("looped", "no_caa")

    @classmethod
    def start_nsd_with_two_zones_on_one_address(cls):
        for above, is_linked in (("twin", False), ("linked", True)):
            address, zones, below = cls.tree.new_address(), {}, ""
            for label in ("child", "signed"):
                apex = f"{label}.{above}.test."
                text = zone_text(apex, address, "www A 127.9.0.1")
                zones[apex], ds = cls.tree.sign(apex, text) if label == "signed" else (cls.tree.write(f"{apex}zone", text), "")
                below += f"{label} NS ns.{label}\nns.{label} A {address}\n{ds}\n"
            apex = f"{above}.test."
            zones[apex], ds = cls.tree.sign(apex, zone_text(apex, address, below if is_linked else ""))
            cls.tree.delegate(above, address, ds=ds)
            cls.tree.start_nsd(above, address, zones)
            cls.tree.wait_for(address, apex)

    def test_nsd_with_a_zone_that_the_one_above_does_not_delegate(self):
        for label in ("child", "signed"):
            record = self.record(f"www.{label}.twin.test")
            self.assertEqual(record["reason"], "dnssec_bogus", record)
            self.assertEqual([(f["code"], f["zone"]) for f in record["findings"]], [("undelegated_child", f"{label}.twin.test")])
        self.check("twin", "no_caa")

    def test_nsd_with_zones_that_the_one_above_delegates(self):
        for label, dnssec in (("child", "insecure"), ("signed", "secure")):
            record = self.record(f"www.{label}.linked.test")
            self.assertEqual((record["reason"], record["dnssec"], record["zone"]), ("no_caa", dnssec, f"{label}.linked.test"))
            self.assertNotIn("findings", record)

    @classmethod
    def start_dnsmasq_that_stands_in_the_delegation(cls):
        address = cls.tree.delegate("masq")
        cls.tree.run("masq", address, [
            "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=",
            "--bind-interfaces", f"--listen-address={address}", "--local=/masq.test/", "--host-record=masq.test,127.9.0.1"])

    def test_dnsmasq_that_stands_in_the_delegation(self):
        self.check("masq", "not_authoritative", "lame_not_authoritative")

    @classmethod
    def start_packet_filters(cls):
        """In front of sound servers."""
        many = "\n".join(f'@ CAA 0 issue "ca{i}.example"' for i in range(200))
        rules = ["add table inet culprit", "add chain inet culprit in { type filter hook input priority 0; }"]
        for label, protocols, records in (("tcpless", ["tcp"], many), ("udpless", ["udp"], ""), ("silent", ["udp", "tcp"], "")):
            address = cls.tree.start_sound(label, records)
            rules += [f"add rule inet culprit in ip daddr {address} {protocol} dport 53 drop" for protocol in protocols]
        subprocess.run(["nft", "; ".join(rules)], check=True)
        cls.addClassCleanup(subprocess.run, ["nft", "delete table inet culprit"], check=True)

    def test_a_packet_filter_that_drops_tcp(self):
        self.check("tcpless", "truncated", "truncated_no_tcp")

    def test_a_packet_filter_that_drops_udp(self):
        self.assertIn("SOA over TCP: NOERROR", self.check("udpless", "no_response", "udp_dropped"))

    def test_a_packet_filter_that_drops_both(self):
        self.check("silent", "no_response", "server_silent")

    @classmethod
    def start_unbound(cls):
        for address, access in ((REFUSING, "refuse"), (RESOLVER, "allow")):
            cls.tree.start_unbound(address, access)

    def test_resolvers_that_do_not_serve_the_scan(self):
        for resolver in (NO_RESOLVER, REFUSING):
            (record,) = self.records(resolver, exit_code=1)
            self.assertEqual([(f["code"], f["address"]) for f in record["findings"]], [("resolver_down", resolver)], record)
            self.assertIn("no resolver of --resolver has ever answered", self.done(resolver).stderr)
            checked = self.done(f"check {resolver}")
            self.assertEqual(checked.returncode, 1, checked.stderr)
            self.assertIn("No name server is to blame", " ".join(checked.stdout.split()))
            self.assertNotIn("To send to", checked.stdout)

    def test_unbound_that_answers(self):
        """It is not to blame where the servers behind it fail."""
        for record in self.records(RESOLVER):
            self.assertEqual(record["reason"] == "no_caa", record["name"] == "sound.test", record)
            self.assertNotIn("resolver_down", [finding["code"] for finding in record.get("findings", [])])
        for words, exit_code in (("", 0), (" unhosted.test", 3), (" silent.test", 3)):
            checked = self.done(f"check {RESOLVER}{words}")
            self.assertEqual(checked.returncode, exit_code, checked.stdout + checked.stderr)
            self.assertNotIn("resolver_down", checked.stdout)


class KnotThatLimits(harness.Case):
    """Alone, for the scan finds a limit by how many answers come at which rate."""

    def test_knot_that_limits_responses(self):
        tree = Culprits(self.folder)
        self.addCleanup(tree.stop)
        address = tree.delegate("limited")
        tree.start()
        path = tree.write("limited.zone", zone_text("limited.test.", address, '* CAA 0 issue "letsencrypt.org"'))
        tree.run("limited", address, ["knotd", "-c", tree.write("knot.conf", "\n".join([
            "server:", f'  rundir: "{self.folder}"', "  udp-workers: 1", "  tcp-workers: 1", "  background-workers: 1",
            f"  listen: {address}@53", "control:", f'  listen: "{self.folder}/control"', "database:",
            f'  storage: "{self.folder}"', "mod-rrl:", "  - id: limit", "    rate-limit: 20", "    slip: 2", "template:",
            "  - id: default", "    global-module: mod-rrl/limit", "zone:", "  - domain: limited.test", f'    file: "{path}"',
            "    zonefile-sync: -1", "    journal-content: none"]) + "\n")])
        records = self.scan("--root-hints", tree.hints, "--trust-anchor", tree.anchor, "--allow-special", "--timeout", "400",
                            names=[f"n{i}.limited.test" for i in range(1000)])
        self.assertEqual({record["reason"] for record in records}, {"issuer_authorized"})
        findings = [finding for record in records for finding in record.get("findings", [])]
        self.assertEqual({(f["code"], f["host"], f["address"]) for f in findings},
                         {("rate_limited", "ns.limited.test", address)})


if __name__ == "__main__":
    harness.main()
