"""Resolvers over TLS and HTTPS: Unbound and dnsdist that serve all four ways, and certificates that must not be taken."""

import collections
import datetime
import ipaddress
import json
import subprocess
import threading
import time

import harness
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from harness import CAASCAN, Server, ask, network_counter

UNBOUND, DNSDIST, DOWN = "127.0.0.31", "127.0.0.32", "127.0.0.33"
NAME = "resolver.example.net"
NAMES = [f"n{i}.example" for i in range(120)]
DAY = datetime.timedelta(days=1)
PLAIN_ANSWER = 'NegativeAndSOAAction(false, "example.", 300, "ns.example.", "h.example.", 1, 3600, 600, 86400, 300)'


class Authority:
    """A certification authority of the test's own; its certificate is in `path`."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self.sign(self.subject, self.key, [], DAY, x509.BasicConstraints(ca=True, path_length=None))
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, subject, key, names, until, constraints):
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - 10 * DAY).not_valid_after(now + until)
                   .add_extension(constraints, critical=True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, stem, *names, until=DAY):
        """The paths of a certificate for these host names and addresses, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = [x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self.sign(subject, key, alternative, until, x509.BasicConstraints(ca=False, path_length=None))
        pem, key_path = self.folder / f"{stem}.pem", self.folder / f"{stem}.key"
        pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_path.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return pem, key_path


class Encrypted(harness.Case):

    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder, "authority")

    def start_unbound(self, certificate, extra=""):
        """Unbound that answers for example. by itself, on UDP, TCP, TLS and HTTPS."""
        pem, key = certificate
        data = "\n".join(f"  local-data: 'n{i}.example. 300 IN CAA 0 issue \"ca{i}.example.net\"'" for i in range(0, 120, 3))
        interfaces = "\n".join(f"  interface: {UNBOUND}@{port}" for port in (53, 853, 443))
        control = self.folder / "control"
        config = self.file("unbound.conf", f"""server:
  username: ""
  chroot: ""
  directory: "{self.folder}"
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  extended-statistics: yes
  incoming-num-tcp: 100
  access-control: 127.0.0.0/8 allow
{interfaces}
{extra}
  tls-service-key: "{key}"
  tls-service-pem: "{pem}"
  tls-port: 853
  https-port: 443
  local-zone: "example." static
  local-data: "example. 300 IN SOA ns.example. h.example. 1 3600 600 86400 300"
{data}
remote-control:
  control-enable: yes
  control-interface: {control}
  control-use-cert: no
""")
        server = Server(["unbound", "-d", "-c", config], self.folder / "unbound.log")
        self.addCleanup(server.stop)
        server.wait_until(lambda: ask(UNBOUND, 53, "n0.example") is not None)
        return server, config

    def start_dnsdist(self, certificate, *rules):
        pem, key = certificate
        config = self.file("dnsdist.conf", "\n".join([
            f'addLocal("{DNSDIST}:53")', f'addTLSLocal("{DNSDIST}:853", "{pem}", "{key}", {{maxInFlight=1000}})',
            f'addDOHLocal("{DNSDIST}:443", "{pem}", "{key}", "/dns-query")', 'setACL("127.0.0.0/8")',
            "setSecurityPollSuffix('')", *rules, f"addAction(AllRule(), {PLAIN_ANSWER})"]) + "\n")
        server = Server(["dnsdist", "--supervised", "--disable-syslog", "-C", config], self.folder / "dnsdist.log")
        self.addCleanup(server.stop)
        return server.wait_until(lambda: ask(DNSDIST, 53, "a.example") is not None)

    def run_scan(self, *options, names=NAMES, threads=1):
        return self.run_program(
            CAASCAN, "scan", "--allow-special", "--dnssec", "off", "--threads", threads, *options,
            stdin="".join(f"{name}\n" for name in names))

    def records_of(self, done, names=NAMES):
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(sorted(record["name"] for record in records), sorted(names), done.stderr.decode())
        return records

    def records(self, *options, names=NAMES, threads=1):
        """What a scan through this resolver decides, by name, and from what."""
        done = self.run_scan("--resolver-ca", self.authority.path, *options, names=names, threads=threads)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return {r["name"]: (r["outcome"], r["reason"], json.dumps(r.get("caa"))) for r in self.records_of(done, names)}

    def assert_not_asked(self, part, *options):
        """The scan ends before it has asked anything, and one line says why."""
        done = self.run_scan(*options)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assert_one_clear_line(done, "--resolver", part)

    def statistics(self, config):
        """Unbound's counters."""
        done = subprocess.run(["unbound-control", "-c", config, "stats_noreset"], capture_output=True, check=True)
        return dict(line.split("=") for line in done.stdout.decode().split())

    def test_all_ways_give_the_same_records(self):
        self.start_unbound(self.authority.issue("server", NAME, UNBOUND))
        self.start_dnsdist(self.authority.issue("other", NAME, DNSDIST))
        for address in (UNBOUND, DNSDIST):
            plain = self.records("--resolver", address)
            self.assertEqual(collections.Counter(r[0] for r in plain.values()),
                             {"permit": 80, "deny": 40} if address == UNBOUND else {"permit": 120})
            for way in (f"tcp://{address}", f"tls://{address}#{NAME}", f"tls://{address}#{address}",
                        f"https://{address}/dns-query", f"https://{address}"):
                with self.subTest(way):
                    self.assertEqual(self.records("--resolver", way), plain)
        path = self.file("resolvers.txt", f"{UNBOUND}\ntcp://{UNBOUND}\ntls://{UNBOUND}#{NAME} # ours\nhttps://{UNBOUND}\n")
        self.assertEqual(self.records("--resolver", f"@{path}"), self.records("--resolver", UNBOUND))

    def test_without_udp_each_way_stays_what_it_is(self):
        self.start_unbound(self.authority.issue("server", NAME, UNBOUND))
        plain = self.records("--resolver", UNBOUND)
        for way in (UNBOUND, f"tls://{UNBOUND}#{NAME}", f"https://{UNBOUND}"):
            before = network_counter("Udp", "OutDatagrams")
            with self.subTest(way):
                self.assertEqual(self.records("--tcp", "--resolver", way), plain)
                self.assertEqual(network_counter("Udp", "OutDatagrams"), before)

    def test_more_names_than_requests_at_once(self):
        self.start_unbound(self.authority.issue("server", NAME, UNBOUND))
        names = [f"{i}.{name}" for i in range(25) for name in NAMES]
        for way in (f"https://{UNBOUND}/dns-query", f"tls://{UNBOUND}#{NAME}"):
            with self.subTest(way):
                records = self.records("--resolver", way, names=names, threads=4)
                outcomes = collections.Counter(r[0] for r in records.values())
                self.assertEqual(outcomes, {"permit": 2000, "deny": 1000})

    def test_a_certificate_that_is_not_valid_ends_the_scan(self):
        _, config = self.start_unbound(self.authority.issue("server", NAME))
        trusted = ("--resolver-ca", self.authority.path)
        way = f"tls://{UNBOUND}#{NAME}"
        self.assert_not_asked("hostname mismatch", *trusted, "--resolver", f"tls://{UNBOUND}#other.example.net")
        self.assert_not_asked("IP address mismatch", *trusted, "--resolver", f"https://{UNBOUND}/dns-query")
        self.assert_not_asked("unable to get local issuer certificate", "--resolver", way)
        other = Authority(self.folder, "other")
        self.assert_not_asked("unable to get local issuer certificate", "--resolver-ca", other.path, "--resolver", way)
        statistics = self.statistics(config)
        self.assertEqual(statistics["num.query.tls"], "0")
        self.assertEqual(self.records("--resolver", way)[NAMES[0]][0], "deny", "it was the certificate alone")

    def test_an_expired_certificate(self):
        self.start_unbound(self.authority.issue("expired", NAME, until=-DAY))
        self.assert_not_asked("certificate has expired", "--resolver-ca", self.authority.path,
                              "--resolver", f"tls://{UNBOUND}#{NAME}")

    def test_one_bad_certificate_among_resolvers(self):
        self.start_unbound(self.authority.issue("server", NAME))
        self.start_dnsdist(self.authority.issue("other", NAME))
        good, bad = f"tls://{UNBOUND}#{NAME}", f"tls://{DNSDIST}#other.example.net"
        done = self.run_scan("--resolver-ca", self.authority.path, "--servers", "all", "--resolver", f"{bad},{good}")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = self.records_of(done)
        self.assertEqual({r["outcome"] for r in records}, {"permit", "deny"})
        failed = [s for r in records for s in r["servers"] if s["result"] == "unreachable"]
        self.assertEqual({s["detail"] for s in failed}, {"the resolver's certificate: hostname mismatch"})
        findings = {f["code"] for r in records for f in r.get("findings", [])}
        self.assertEqual(findings, {"caa_issuer_unknown"}, "no server is blamed")

    def test_opportunistic_takes_any_certificate_and_says_so(self):
        self.start_unbound(Authority(self.folder, "stranger").issue("expired", "x.example.net", until=-DAY))
        output = self.folder / "records.ndjson"
        way = f"tls://{UNBOUND}"
        done = self.run_scan("--resolver", way, "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        notice = done.stderr.decode().splitlines()[0]
        self.assertIn(f"{way}:853: encrypted, but not authenticated", notice)
        self.assertEqual({json.loads(line)["outcome"] for line in output.read_text().splitlines()}, {"permit", "deny"})
        metadata = json.loads((self.folder / "records.ndjson.meta.json").read_text())
        self.assertEqual(metadata["resolvers"], [f"{way}:853"])
        self.assertEqual(metadata["unauthenticated_resolvers"], [f"{way}:853"])

    def test_authenticated_resolvers_in_the_metadata(self):
        self.start_unbound(self.authority.issue("server", NAME, UNBOUND))
        output = self.folder / "records.ndjson"
        done = self.run_scan("--resolver-ca", self.authority.path, "-o", output,
                             "--resolver", f"tls://{UNBOUND}#{NAME},https://{UNBOUND}/dns-query")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertNotIn("authenticated", done.stderr.decode())
        metadata = json.loads((self.folder / "records.ndjson.meta.json").read_text())
        self.assertEqual(metadata["resolvers"], [f"tls://{UNBOUND}:853#{NAME}", f"https://{UNBOUND}/dns-query"])
        self.assertEqual(metadata["unauthenticated_resolvers"], [])

    def test_an_idle_connection_that_the_server_closes_loses_nothing_and_sessions_are_resumed(self):
        _, config = self.start_unbound(self.authority.issue("server", NAME, UNBOUND), extra="  tcp-idle-timeout: 100")
        for way in (f"tls://{UNBOUND}#{NAME}", f"https://{UNBOUND}/dns-query"):
            with self.subTest(way):
                before = int(self.statistics(config)["num.query.tls.resume"])
                records = self.records("--resolver", way, "--server-rate", "2", names=NAMES[:5])
                self.assertEqual(collections.Counter(r[0] for r in records.values()), {"permit": 3, "deny": 2})
                self.assertGreaterEqual(int(self.statistics(config)["num.query.tls.resume"]), before + 2)

    def test_a_server_that_closes_after_each_answer(self):
        self.start_dnsdist(self.authority.issue("server", NAME, DNSDIST), "setMaxTCPQueriesPerConnection(1)")
        records = self.records("--resolver", f"tls://{DNSDIST}#{NAME}", "--concurrency", "8", names=NAMES[:40])
        self.assertEqual({r[0] for r in records.values()}, {"permit"})

    def test_a_server_that_restarts(self):
        certificate = self.authority.issue("server", NAME, UNBOUND)
        for way in (f"tls://{UNBOUND}#{NAME}", f"https://{UNBOUND}/dns-query"):
            with self.subTest(way):
                server, _ = self.start_unbound(certificate)
                records = {}
                scan = threading.Thread(target=lambda: records.update(self.records("--resolver", way, "--server-rate", "80")))
                scan.start()
                time.sleep(0.5)
                server.stop()
                server, _ = self.start_unbound(certificate)
                scan.join()
                server.stop()
                self.assertEqual(collections.Counter(r[0] for r in records.values()), {"permit": 80, "deny": 40})

    def test_a_path_that_is_not_there(self):
        self.start_unbound(self.authority.issue("server", NAME, UNBOUND))
        done = self.run_scan("--resolver-ca", self.authority.path, "--resolver", f"https://{UNBOUND}/elsewhere",
                             "--recheck", "0", names=NAMES[:3])
        self.assertEqual(done.returncode, 1)
        self.assertIn("HTTP status 404", done.stderr.decode())
        self.assertEqual({(r["outcome"], r["reason"]) for r in self.records_of(done, NAMES[:3])}, {("timeout", "unreachable")})

    def test_a_resolver_that_is_down(self):
        for way in (f"tls://{DOWN}#{NAME}", f"https://{DOWN}/dns-query"):
            done = self.run_scan("--resolver", way, "--recheck", "0", names=NAMES[:3])
            self.assertEqual(done.returncode, 1)
            self.assertIn("no resolver of --resolver has ever answered", done.stderr.decode())
            self.assertEqual({r["reason"] for r in self.records_of(done, NAMES[:3])}, {"unreachable"})

    def test_check_says_what_is_wrong_with_the_certificate(self):
        self.start_unbound(self.authority.issue("server", NAME))
        done = self.run_program(CAASCAN, "check", "--allow-special", "--resolver-ca", self.authority.path,
                                "--resolver", f"tls://{UNBOUND}#other.example.net", NAMES[0])
        self.assertEqual(done.returncode, 1)
        self.assertIn("hostname mismatch", done.stdout.decode())

    def test_what_cannot_be_used_is_said(self):
        for text, part in (("tls://192.0.2.1#", "behind its #"), ("tls://192.0.2.1#1.2.3", "behind its #"),
                           ("https://192.0.2.1/a b", "path"), ("quic://192.0.2.1", "https://")):
            done = self.run_program(CAASCAN, "scan", "--resolver", text, stdin="a.example\n")
            self.assertEqual(done.returncode, 2)
            self.assert_one_clear_line(done, "--resolver", text, part)
        for path in ("/nowhere.pem", self.file("empty.pem", "")):
            done = self.run_program(CAASCAN, "scan", "--resolver", "tls://192.0.2.1", "--resolver-ca", path, stdin="a.example\n")
            self.assertEqual(done.returncode, 2)
            self.assert_one_clear_line(done, "--resolver-ca", path)


if __name__ == "__main__":
    harness.main()
