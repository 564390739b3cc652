"""An exported scenario on real servers: NSD, Knot DNS or BIND at the addresses of its index, and Unbound in front.

A server that has a zone and its child never refers from one to the other, so the zones are dealt out over processes
such that each has only zones that lie beside each other, unless the scenario itself has them at one address.
"""

import json
import pathlib
import subprocess

import dns.message
import dns.query
import dns.rcode

from harness import CAALAB, Server, add_address

RESOLVER, RESOLVER_PORT = "127.0.255.53", 5353


class Export:
    """The files that caalab export wrote, and the zones of its index that a real server can express."""

    def __init__(self, scenario, folder):
        self.folder = pathlib.Path(folder)
        subprocess.run([CAALAB, "export", "--scenario", scenario, "--dir", str(folder)], check=True)
        self.index = [json.loads(line) for line in (self.folder / "index.ndjson").read_text().splitlines()]
        self.zones = {row["zone"]: row for row in self.index}

    def enclosing(self, name):
        """The described zones around a name, the deepest first."""
        labels = [label for label in name.split(".") if label]
        names = [".".join(labels[i:]) or "." for i in range(len(labels) + 1)]
        return [self.zones[apex] for apex in names if apex in self.zones]

    def is_sound(self, name):
        """Has no zone around the name a fault?"""
        return not any(zone["faults"] for zone in self.enclosing(name))

    def has_whole_chains(self, name):
        """Do the signed zones around a name have signed NSEC or NSEC3 records at all?"""
        return all("\tRRSIG\tNSEC" in (self.folder / zone["file"]).read_text() for zone in self.enclosing(name) if zone["signed"])

    def sound_zones(self):
        return [zone for zone in self.index if not zone["faults"]]


def _is_below(name, ancestor):
    return name != ancestor and (ancestor == "." or name.endswith("." + ancestor))


def _have_pair(zones):
    return any(_is_below(a, b) for a in zones for b in zones)


def groups(zones):
    """[(addresses, zones)] for one process each; the rule is this module's."""
    served = {}
    for zone in zones:
        for address in zone["servers"]:
            served.setdefault(address, set()).add(zone["zone"])
    out = []
    for address, names in served.items():
        for addresses, together in out:
            if names <= together and together <= names or not _have_pair(together | names):
                addresses.append(address)
                together |= names
                break
        else:
            out.append(([address], set(names)))
    by_name = {zone["zone"]: zone for zone in zones}
    return [(addresses, [by_name[name] for name in sorted(names)]) for addresses, names in out]


def _nsd(export, folder, addresses, zones):
    lines = ["server:", 'username: ""', 'database: ""', 'pidfile: ""', "server-count: 1", "rrl-ratelimit: 0",
             f'zonesdir: "{export.folder}"', f'xfrdfile: "{folder}/xfrd"', f'zonelistfile: "{folder}/list"', f'xfrdir: "{folder}"',
             *(f"ip-address: {address}@53" for address in addresses), "remote-control:", "control-enable: no"]
    for zone in zones:
        lines += ["zone:", f'name: "{zone["zone"]}"', f'zonefile: "{zone["file"]}"']
    return ["nsd", "-d", "-c"], "\n".join(lines) + "\n"


def _knot(export, folder, addresses, zones):
    lines = ["server:", f'  rundir: "{folder}"', "  udp-workers: 1", "  tcp-workers: 1", "  background-workers: 1",
             f"  listen: [{', '.join(address + '@53' for address in addresses)}]", "control:", f'  listen: "{folder}/control"',
             "database:", f'  storage: "{folder}"', "template:", "  - id: default", f'    storage: "{export.folder}"',
             "    zonefile-load: whole", "    zonefile-sync: -1", "    journal-content: none", "zone:"]
    for zone in zones:
        lines += [f'  - domain: "{zone["zone"]}"', f'    file: "{zone["file"]}"']
    return ["knotd", "-c"], "\n".join(lines) + "\n"


def _bind(export, folder, addresses, zones):
    lists = ["".join(f"{a}; " for a in addresses if (":" in a) == six) or "none; " for six in (False, True)]
    lines = ["options {", f'directory "{folder}";', "pid-file none;", "session-keyfile none;", "recursion no;",
             f"listen-on port 53 {{ {lists[0]}}};", f"listen-on-v6 port 53 {{ {lists[1]}}};", "dnssec-validation no;", "notify no;",
             "empty-zones-enable no;", "minimal-responses yes;", "check-names primary ignore;", "check-integrity no;",
             "max-records-per-type 0;", "max-types-per-name 0;", "allow-transfer { none; };", "};", "controls { };"]
    for zone in zones:
        lines.append(f'zone "{zone["zone"]}" {{ type primary; file "{export.folder}/{zone["file"]}"; }};')
    return ["named", "-g", "-n", "1", "-c"], "\n".join(lines) + "\n"


SOFTWARE = {"nsd": _nsd, "knot": _knot, "bind": _bind}


def ask(address, name, qtype, dnssec_ok=False, port=53, flags=0, timeout=10):
    """The whole answer: over TCP where UDP truncates it."""
    query = dns.message.make_query(name, qtype, use_edns=0, payload=1232, want_dnssec=dnssec_ok, flags=flags)
    try:
        return dns.query.udp_with_fallback(query, address, timeout=timeout, port=port)[0]
    except dns.exception.Timeout as error:
        raise TimeoutError(f"{address} does not answer {name} {qtype}") from error


def _answers(address, zone):
    try:
        return ask(address, zone, "SOA", timeout=0.3).rcode() == dns.rcode.NOERROR
    except (OSError, dns.exception.DNSException):
        return False


class RealServers:
    """Every sound zone of an export on servers of one kind, where its index says. stop() ends them."""

    def __init__(self, export, software, folder):
        self.servers = []
        try:
            for number, (addresses, zones) in enumerate(groups(export.sound_zones())):
                self._start(export, SOFTWARE[software], pathlib.Path(folder) / f"{software}{number}", addresses, zones)
        except BaseException:
            self.stop()
            raise

    def _start(self, export, configure, folder, addresses, zones):
        folder.mkdir()
        for address in addresses:
            if address not in ("::1", "127.0.0.1"):
                add_address(address)  # All of 127.0.0.0/8 is there, but BIND listens only where an interface says so.
        command, text = configure(export, folder, addresses, zones)
        config = folder / "config"
        config.write_text(text)
        server = Server([*command, str(config)], folder / "log")
        self.servers.append(server)
        for zone in zones:
            for address in set(zone["servers"]) & set(addresses):
                server.wait_until(lambda zone=zone, address=address: _answers(address, zone["zone"]))

    def stop(self):
        while self.servers:
            self.servers.pop().stop()


def start_unbound(folder, hints, anchor):
    """Unbound from these hints and, where there is one, this trust anchor."""
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    signed = pathlib.Path(anchor).is_file() and pathlib.Path(anchor).stat().st_size > 0
    lines = ["server:", f"interface: {RESOLVER}", f"port: {RESOLVER_PORT}", "access-control: 127.0.0.0/8 allow", "do-not-query-localhost: no",
             f'root-hints: "{hints}"', f'module-config: "{"validator " if signed else ""}iterator"', 'chroot: ""', 'username: ""',
             'pidfile: ""', "do-daemonize: no", "use-syslog: no", f'directory: "{folder}"', "num-threads: 1",
             'local-zone: "test." nodefault', *([f'trust-anchor-file: "{anchor}"'] if signed else []), "remote-control:", "control-enable: no"]
    config = folder / "unbound.conf"
    config.write_text("\n".join(lines) + "\n")
    server = Server(["unbound", "-d", "-c", str(config)], folder / "log")

    def answers():
        try:
            ask(RESOLVER, ".", "SOA", port=RESOLVER_PORT, timeout=1)
            return True
        except (OSError, dns.exception.DNSException):
            return False

    return server.wait_until(answers)
