"""A small internet of real name servers: NSD for the root, two TLDs and the zones below them, each level a process of
its own (one NSD that served a zone and its child would never refer), and Unbound as the recursive resolver.

ZONES and EXPECTED are the description; everything else is how it is served.
"""

import pathlib

from harness import RCODE_NOERROR, TYPE_SOA, Server, add_address, ask

ROOT, ALPHA, BETA = ("127.0.1.1", "fd00:53::1"), ("127.0.2.1", "fd00:53::2"), ("127.0.2.2",)
ZONE_SERVERS = ("127.0.3.1", "fd00:53::3")  # Serves every zone below the TLDs but the two that follow.
CHILD_SERVER = ("127.0.4.1",)  # Serves zones below those zones.
IPV6_ONLY_SERVER = ("fd00:53::6",)
RESOLVER = "127.0.5.1"
SILENT = "127.0.9.9"  # Nothing listens here.

LETSENCRYPT = 'CAA 0 issue "letsencrypt.org"'
OTHER_CA = 'CAA 0 issue "ca.example"'
BIG_SET = "\n".join(f'@ CAA 0 issue "ca{i}.example"' for i in range(1000)) + f"\n@ {LETSENCRYPT}"
# NSD takes a tag in capitals only as octets (RFC 3597 §5): flags 0, "ISSUE", "LetsEncrypt.ORG".
UPPER_CASE = r"@ TYPE257 \# 22 0005" + b"ISSUELetsEncrypt.ORG".hex()
ACCOUNT = "https://acme.example/acct/1"

# Zones of ZONE_SERVERS, by name: their records besides SOA and NS.
ZONES = {
    "permit.alpha": f"@ {LETSENCRYPT}\nwww A 192.0.2.1\nown {LETSENCRYPT}\nown A 192.0.2.1",
    "deny.alpha": f"@ {OTHER_CA}\nwww A 192.0.2.1",
    "forbid.alpha": '@ CAA 0 issue ";"',
    "wild.alpha": '@ CAA 0 issue ";"\n@ CAA 0 issuewild "letsencrypt.org"',
    "wilddeny.alpha": f'@ {LETSENCRYPT}\n@ CAA 0 issuewild ";"',
    "star.alpha": f"* {OTHER_CA}\n* A 192.0.2.1",
    "iodef.alpha": '@ CAA 0 iodef "mailto:security@iodef.alpha"',
    "plain.alpha": "www A 192.0.2.1\nleaf.ent A 192.0.2.1",
    "critical.alpha": f'@ {LETSENCRYPT}\n@ CAA 128 tbs "unknown"',
    "flagone.alpha": f'@ {LETSENCRYPT}\n@ CAA 1 tbs "unknown"',
    "upper.alpha": UPPER_CASE,
    "malformed.alpha": '@ CAA 0 issue "letsencrypt.org."',
    "params.alpha": f'@ CAA 0 issue "letsencrypt.org; accounturi={ACCOUNT}; validationmethods=dns-01"',
    "alias.alpha": f"@ {OTHER_CA}\nown CNAME own.permit.alpha.\nempty CNAME www.permit.alpha.\n"
                   "nx CNAME nx.permit.alpha.\nfar CNAME www.relay.beta.",
    "dname.alpha": f"@ {OTHER_CA}\nold DNAME tree.dnametarget.beta.",
    "dnametarget.beta": f"www.tree {LETSENCRYPT}",
    "relay.beta": "www CNAME own.permit.alpha.",
    "big.alpha": BIG_SET,
    "parent.alpha": f"@ {OTHER_CA}\nchild NS ns.child\nns.child A 127.0.4.1\n"
                    "stricter NS ns.stricter\nns.stricter A 127.0.4.1",
    "climb.beta": "www A 192.0.2.1",
    "override.beta": f"@ {LETSENCRYPT}",
    "dnshost.beta": "ns1 A 127.0.3.1\nns1 AAAA fd00:53::3",
    "half.alpha": f"@ {LETSENCRYPT}",
    "hosted.alpha": f"@ {LETSENCRYPT}",
}
CHILD_ZONES = {"child.parent.alpha": "www A 192.0.2.1", "stricter.parent.alpha": '@ CAA 0 issue ";"'}
IPV6_ONLY_ZONES = {"ipv6.alpha": f"@ {LETSENCRYPT}"}

# What the TLD says of a zone where that is not "ns.ZONE at ZONE_SERVERS".
DELEGATIONS = {
    "ipv6.alpha": "ipv6 NS ns.ipv6\nns.ipv6 AAAA fd00:53::6",
    "hosted.alpha": "hosted NS ns1.dnshost.beta.",
    "half.alpha": f"half NS ns.half\nhalf NS dead.half\nns.half A 127.0.3.1\ndead.half A {SILENT}",
    # Delegated to a server that does not know them, or to none.
    "lame.alpha": "lame NS ns.lame\nns.lame A 127.0.3.1",
    "dead.alpha": f"dead NS ns.dead\nns.dead A {SILENT}",
    "nowhere.alpha": "nowhere NS ns.does-not-exist.beta.",
}
# In the zone itself: its own NS where that is not ns.ZONE.
APEX_NS = {"hosted.alpha": "@ NS ns1.dnshost.beta.", "ipv6.alpha": "@ NS ns\nns AAAA fd00:53::6",
           "half.alpha": f"@ NS ns\n@ NS dead\nns A 127.0.3.1\ndead A {SILENT}"}

# name, outcome, reason, where the deciding set was found. Both modes must say exactly this.
EXPECTED = [
    ("permit.alpha", "permit", "issuer_authorized", "permit.alpha"),
    ("www.permit.alpha", "permit", "issuer_authorized", "permit.alpha"),
    ("a.b.c.permit.alpha", "permit", "issuer_authorized", "permit.alpha"),
    ("*.permit.alpha", "permit", "issuer_authorized", "permit.alpha"),
    ("deny.alpha", "deny", "issuer_not_authorized", "deny.alpha"),
    ("nx.deny.alpha", "deny", "issuer_not_authorized", "deny.alpha"),
    ("forbid.alpha", "deny", "issuance_forbidden", "forbid.alpha"),
    ("*.forbid.alpha", "deny", "issuance_forbidden", "forbid.alpha"),
    ("wild.alpha", "deny", "issuance_forbidden", "wild.alpha"),
    ("*.wild.alpha", "permit", "issuer_authorized", "wild.alpha"),
    ("*.sub.wild.alpha", "permit", "issuer_authorized", "wild.alpha"),
    ("wilddeny.alpha", "permit", "issuer_authorized", "wilddeny.alpha"),
    ("*.wilddeny.alpha", "deny", "issuance_forbidden", "wilddeny.alpha"),
    ("any.star.alpha", "deny", "issuer_not_authorized", "any.star.alpha"),
    ("*.star.alpha", "permit", "no_caa", None),
    ("iodef.alpha", "permit", "no_issue_property", "iodef.alpha"),
    ("*.iodef.alpha", "permit", "no_issue_property", "iodef.alpha"),
    ("plain.alpha", "permit", "no_caa", None),
    ("www.plain.alpha", "permit", "no_caa", None),
    ("nx.plain.alpha", "permit", "no_caa", None),
    ("ent.plain.alpha", "permit", "no_caa", None),
    ("leaf.ent.plain.alpha", "permit", "no_caa", None),
    ("no-such-zone.alpha", "permit", "no_caa", None),
    ("critical.alpha", "deny", "unknown_critical_property", "critical.alpha"),
    ("flagone.alpha", "deny", "unknown_critical_property", "flagone.alpha"),
    ("upper.alpha", "permit", "issuer_authorized", "upper.alpha"),
    ("malformed.alpha", "deny", "malformed_property", "malformed.alpha"),
    ("params.alpha", "permit", "issuer_authorized", "params.alpha"),
    ("own.alias.alpha", "permit", "issuer_authorized", "own.permit.alpha"),
    ("empty.alias.alpha", "deny", "issuer_not_authorized", "alias.alpha"),
    ("nx.alias.alpha", "deny", "issuer_not_authorized", "alias.alpha"),
    ("far.alias.alpha", "permit", "issuer_authorized", "own.permit.alpha"),
    ("www.old.dname.alpha", "permit", "issuer_authorized", "www.tree.dnametarget.beta"),
    ("other.old.dname.alpha", "deny", "issuer_not_authorized", "dname.alpha"),
    ("big.alpha", "permit", "issuer_authorized", "big.alpha"),
    ("www.child.parent.alpha", "deny", "issuer_not_authorized", "parent.alpha"),
    ("stricter.parent.alpha", "deny", "issuance_forbidden", "stricter.parent.alpha"),
    ("www.climb.beta", "deny", "issuer_not_authorized", "beta"),
    ("*.climb.beta", "deny", "issuer_not_authorized", "beta"),
    ("no-such-zone.beta", "deny", "issuer_not_authorized", "beta"),
    ("override.beta", "permit", "issuer_authorized", "override.beta"),
    ("ipv6.alpha", "permit", "issuer_authorized", "ipv6.alpha"),
    ("half.alpha", "permit", "issuer_authorized", "half.alpha"),
    ("hosted.alpha", "permit", "issuer_authorized", "hosted.alpha"),
    ("no-such-tld", "error", "no_such_tld", None),
]
# A resolver turns every failure into SERVFAIL; only iterative mode sees what it was.
EXPECTED_FAILURES = [
    ("lame.alpha", "lame", "refused"),
    ("dead.alpha", "timeout", "unreachable"),
    ("nowhere.alpha", "lame", "unresolvable_servers"),
]


def _zone_text(origin, name_servers, records):
    return (f"$ORIGIN {origin}\n$TTL 300\n@ SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 300\n"
            f"{name_servers}\n{records}\n")


def _delegation(zone, tld):
    label = zone[:-len(tld) - 1]
    return DELEGATIONS.get(zone, f"{label} NS ns.{label}\nns.{label} A 127.0.3.1\nns.{label} AAAA fd00:53::3")


def _tld_text(tld, addresses, records):
    zones = [*ZONES, *IPV6_ONLY_ZONES, "lame.alpha", "dead.alpha", "nowhere.alpha"]
    delegations = "\n".join(_delegation(zone, tld) for zone in zones if zone.endswith("." + tld))
    return _zone_text(tld + ".", "@ NS ns1.nic\n" + _address_records("ns1.nic", addresses), delegations + "\n" + records)


def _address_records(owner, addresses):
    return "\n".join(f"{owner} {'AAAA' if ':' in a else 'A'} {a}" for a in addresses)


def _apex(zone, addresses):
    return APEX_NS.get(zone, "@ NS ns\n" + _address_records("ns", addresses))


def _root_text():
    glue = "\n".join([_address_records("a.root", ROOT), _address_records("ns1.nic.alpha", ALPHA),
                      _address_records("ns1.nic.beta", BETA)])
    return _zone_text(".", "@ NS a.root.", f"alpha NS ns1.nic.alpha.\nbeta NS ns1.nic.beta.\n{glue}")


class Tree:
    """The servers, started in `folder`; stop() ends them. `hints` is the path of the root hints."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.servers = []
        for address in {a for group in (ROOT, ALPHA, ZONE_SERVERS, IPV6_ONLY_SERVER) for a in group if ":" in a}:
            add_address(address)
        self.hints = self._write("root.hints", ". 3600 NS a.root.\n" + "\n".join(
            f"a.root. 3600 {'AAAA' if ':' in a else 'A'} {a}" for a in ROOT) + "\n")
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise

    def _start_all(self):
        self._start_nsd("root", ROOT, {".": _root_text()})
        self._start_nsd("tlds", ALPHA + BETA, {
            "alpha": _tld_text("alpha", ALPHA, ""), "beta": _tld_text("beta", BETA, f"@ {OTHER_CA}")})
        for kind, addresses, zones in (("zones", ZONE_SERVERS, ZONES), ("children", CHILD_SERVER, CHILD_ZONES),
                                       ("ipv6", IPV6_ONLY_SERVER, IPV6_ONLY_ZONES)):
            self._start_nsd(kind, addresses, {
                zone: _zone_text(zone + ".", _apex(zone, addresses), records) for zone, records in zones.items()})
        self._start_unbound()

    def _write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return str(path)

    def _start_nsd(self, kind, addresses, zones):
        # No state on disk, no control socket, no change of user: it lives as long as the test.
        lines = ["server:", 'username: ""', 'database: ""', 'pidfile: ""', "server-count: 1", "verbosity: 1",
                 f'zonesdir: "{self.folder}"', f'xfrdfile: "{self.folder}/{kind}.xfrd"', f'zonelistfile: "{self.folder}/{kind}.list"',
                 f'xfrdir: "{self.folder}"', "rrl-ratelimit: 0", "tcp-count: 200"]
        lines += [f"ip-address: {address}@53" for address in addresses] + ["remote-control:", "control-enable: no"]
        for zone, text in zones.items():
            path = self._write(f"{kind}/{zone.strip('.') or 'root'}.zone", text)
            lines += ["zone:", f'name: "{zone}"', f'zonefile: "{path}"']
        config = self._write(f"{kind}.conf", "\n".join(lines) + "\n")
        server = Server(["nsd", "-d", "-c", config], self.folder / f"{kind}.log")
        self.servers.append(server)
        for zone in zones:
            server.wait_until(lambda zone=zone: all(ask(a, 53, zone, TYPE_SOA) == (RCODE_NOERROR, 1) for a in addresses))

    def _start_unbound(self):
        config = self._write("unbound.conf", "\n".join([
            "server:", f"interface: {RESOLVER}", "access-control: 127.0.0.0/8 allow", "do-not-query-localhost: no",
            f'root-hints: "{self.hints}"', 'module-config: "iterator"', 'chroot: ""', 'username: ""', 'pidfile: ""',
            "do-daemonize: no", "use-syslog: no", f'directory: "{self.folder}"', "remote-control:", "control-enable: no"]) + "\n")
        server = Server(["unbound", "-d", "-c", config], self.folder / "unbound.log")
        self.servers.append(server)
        server.wait_until(lambda: ask(RESOLVER, 53, "permit.alpha", TYPE_SOA, recursion_desired=True) == (RCODE_NOERROR, 1))

    def stop(self):
        """Ends every server that was started, the last one first."""
        while self.servers:
            self.servers.pop().stop()
