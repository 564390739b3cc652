"""Name servers that we did not write, each set up to fail in one way, below a small tree of sound ones: `test` and the
root, both signed, on NSD. A culprit is a zone of `test` with addresses of its own."""

import pathlib
import subprocess

from harness import RCODE_NOERROR, TYPE_SOA, Server, add_address, ask

ROOT = "127.0.0.2"  # Serves "." and "test".
SERIAL = 7


def zone_text(apex, address, records=""):
    """A sound zone with one server, ns, at `address`."""
    return (f"$ORIGIN {apex}\n$TTL 300\n@ SOA ns hostmaster {SERIAL} 3600 600 86400 60\n@ NS ns\nns A {address}\n"
            f"@ A 127.9.0.1\n{records}\n")


class Culprits:
    """The servers, started in `folder`; stop() ends them. `hints` and `anchor` are what a scan starts from. delegate() first,
    then start(). Each `kind` of server is started once: its files are named after it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.servers = []
        self.delegations = {}
        self.addresses = 0
        self.hints = self.write("root.hints", f". 3600 NS a.root.\na.root. 3600 A {ROOT}\n")
        self.anchor = str(self.folder / "root.anchor")

    def write(self, name, text):
        """Writes a file of the tree and returns its path."""
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def new_address(self):
        """One that no server has yet. BIND listens on the interfaces' own."""
        self.addresses += 1
        address = f"127.0.1.{self.addresses}"
        add_address(address)
        return address

    def delegate(self, label, *addresses, ds=""):
        """`test` will name ns.LABEL.test at the addresses, or else at a new one, and has the DS records for it. Returns the
        first address."""
        self.delegations[label] = (addresses or (self.new_address(),), ds)
        return self.delegations[label][0][0]

    def start(self):
        """Starts the root; the culprits are started by their tests."""
        below = ""
        for label, (addresses, ds) in self.delegations.items():
            below += f"{label} NS ns.{label}\n" + "".join(f"ns.{label} A {address}\n" for address in addresses) + f"{ds}\n"
        test, test_ds = self.sign("test.", zone_text("test.", ROOT, below))
        root, root_ds = self.sign(".", f". 300 SOA a.root. h.root. {SERIAL} 3600 600 86400 60\n. 300 NS a.root.\n"
                                       f"a.root. 300 A {ROOT}\ntest. 300 NS ns.test.\nns.test. 300 A {ROOT}\n{test_ds}")
        pathlib.Path(self.anchor).write_text(root_ds)
        self.start_nsd("root", ROOT, {".": root, "test.": test})

    def make_key(self, apex, algorithm="ECDSAP256SHA256"):
        """A key signing key with which sign() will sign too."""
        size = ["-b", "2048"] if "RSA" in algorithm else []
        subprocess.run(["dnssec-keygen", "-q", "-K", self.folder, "-a", algorithm, *size, "-f", "KSK", apex],
                       check=True, capture_output=True)

    def sign(self, apex, text, *options, algorithm="ECDSAP256SHA256", digests=("-2",)):
        """(path of the zone signed with a new key, its DS records)."""
        name = apex.rstrip(".") or "root"
        path = self.write(f"{name}.zone", text)
        self.make_key(apex, algorithm)
        subprocess.run(["dnssec-signzone", "-q", "-P", "-S", "-z", "-K", self.folder, "-d", self.folder, "-o", apex, "-f",
                        path + ".signed", *options, path], check=True, capture_output=True)
        keys = [key for key in self.folder.glob("K*.key") if f"\n{apex} " in "\n" + key.read_text()]
        ds = [subprocess.run(["dnssec-dsfromkey", digest, keys[0]], check=True, capture_output=True, text=True).stdout
              for digest in digests]
        return path + ".signed", "".join(ds)

    def sign_again(self, path, apex, *options):
        """The path of another copy of a zone that sign() has signed, with signatures by the same keys."""
        source = path.removesuffix(".signed")
        subprocess.run(["dnssec-signzone", "-q", "-P", "-S", "-z", "-K", self.folder, "-d", self.folder, "-o", apex, "-f",
                        source + ".again", *options, source], check=True, capture_output=True)
        return source + ".again"

    def start_nsd(self, kind, address, zones):
        """NSD with these zone files, by apex. It serves those that it can load."""
        lines = ["server:", 'username: ""', 'database: ""', 'pidfile: ""', "server-count: 1", f'zonesdir: "{self.folder}"',
                 f'xfrdfile: "{self.folder}/{kind}.xfrd"', f'zonelistfile: "{self.folder}/{kind}.list"',
                 f'xfrdir: "{self.folder}"', "rrl-ratelimit: 0", f"ip-address: {address}@53", "remote-control:",
                 "control-enable: no"]
        for apex, path in zones.items():
            lines += ["zone:", f'name: "{apex}"', f'zonefile: "{path}"']
        self.run(kind, address, ["nsd", "-d", "-c", self.write(f"{kind}.conf", "\n".join(lines) + "\n")])

    def start_dnsdist(self, addresses, behind, rules):
        """dnsdist at these addresses, which asks the server at `behind`, as far as its rules let it."""
        config = self.write("dnsdist.conf", "\n".join([
            *(f'addLocal("{address}:53")' for address in addresses), 'setACL("127.0.0.0/8")', "setSecurityPollSuffix('')",
            f'newServer({{address="{behind}:53", healthCheckMode="up"}})', *rules]) + "\n")
        self.run("dnsdist", addresses[0], ["dnsdist", "--supervised", "--disable-syslog", "-C", config])

    def start_powerdns(self, addresses, apex, path):
        """The authoritative PowerDNS with one zone file."""
        zones = self.write("powerdns.zones", f'zone "{apex}" {{ type master; file "{path}"; }};\n')
        self.run("powerdns", addresses[0], [
            "pdns_server", f"--config-dir={self.folder}", "--launch=bind", f"--bind-config={zones}",
            f"--local-address={','.join(addresses)}", f"--socket-dir={self.folder}", "--daemon=no", "--guardian=no",
            "--security-poll-suffix=", "--receiver-threads=1", "--distributor-threads=1"])
        self.wait_for(addresses[0], apex)

    def start_unbound(self, address, access):
        """Unbound as a resolver that starts at the tree's root and lets clients do what `access` says."""
        self.run(f"unbound-{access}", address, ["unbound", "-d", "-c", self.write(f"unbound-{access}.conf", "\n".join([
            "server:", 'username: ""', 'chroot: ""', 'pidfile: ""', f'directory: "{self.folder}"', "use-syslog: no",
            "do-daemonize: no", f"interface: {address}@53", f"access-control: 127.0.0.0/8 {access}",
            f"outgoing-interface: {address}", "do-not-query-localhost: no", f'root-hints: "{self.hints}"',
            'module-config: "iterator"', 'local-zone: "test." nodefault', "remote-control:", "control-enable: no"]) + "\n")])

    def start_sound(self, label, records=""):
        """NSD with a sound zone LABEL.test, at a new address, which is returned."""
        address = self.delegate(label)
        apex = f"{label}.test."
        path = self.write(f"{label}.zone", zone_text(apex, address, records))
        self.start_nsd(label, address, {apex: path})
        self.wait_for(address, apex)
        return address

    def run(self, kind, address, arguments):
        """Starts a server and waits until it answers anything at all."""
        server = Server(arguments, self.folder / f"{kind}.log")
        self.servers.append(server)
        server.wait_until(lambda: ask(address, 53, ".") is not None)

    def wait_for(self, address, apex):
        """Until the last server started serves the zone."""
        self.servers[-1].wait_until(lambda: (ask(address, 53, apex, TYPE_SOA) or (None,))[0] == RCODE_NOERROR)

    def stop(self):
        while self.servers:
            self.servers.pop().stop()
