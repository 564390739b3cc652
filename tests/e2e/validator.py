"""Unbound as a validating resolver that starts at the lab's root, and the climb of RFC 8659 §3 asked through it."""

import pathlib
import socket
import struct
import typing

from harness import TYPE_CAA, TYPE_SOA, Server

# The lab has port 53 of every address.
RESOLVER = ("127.0.5.2", 5353)
TYPE_CNAME, TYPE_DS = 5, 43
_UNSUPPORTED_ALGORITHM = 200  # The lab's.
RCODE_NOERROR, RCODE_SERVFAIL, RCODE_NXDOMAIN = 0, 2, 3
_FLAG_TC, _FLAG_RD, _FLAG_AD, _FLAG_CD, _EDNS_DO = 0x0200, 0x0100, 0x0020, 0x0010, 0x8000
# Shorter than Unbound keeps a failure, and for longer than it takes to give up on a dead server.
_WAIT_S, _TRIES = 2, 60
_MAX_ALIASES = 16


class Look(typing.NamedTuple):
    """What came back: the RCODE, whether AD is set, and the answer section's records: type and RDATA, a CNAME's as text."""
    rcode: int
    authenticated: bool
    records: list

    def holds(self, rtype):
        return any(have == rtype for have, _ in self.records)


class Climb(typing.NamedTuple):
    """What a climb came to: "secure", "insecure" or "bogus"; did it fail; and the name `at` which it decided or failed.
    What fails without being bogus is secure or insecure as the zone that gave no answer is. `caa` is the RDATA of the set that
    decided."""
    state: str
    failed: bool
    at: typing.Optional[str]
    caa: tuple = ()


def _name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def _read_name(wire, at):
    """The name as text, and where it ends."""
    labels = []
    while wire[at] != 0:
        if wire[at] >= 0xC0:
            pointed, _ = _read_name(wire, struct.unpack("!H", wire[at:at + 2])[0] & 0x3FFF)
            return ".".join([*labels, pointed]), at + 2
        labels.append(wire[at + 1:at + 1 + wire[at]].decode())
        at += 1 + wire[at]
    return ".".join(labels), at + 1


def _read_answers(wire):
    answers, = struct.unpack("!H", wire[6:8])
    at = _read_name(wire, 12)[1] + 4
    records = []
    for _ in range(answers):
        at = _read_name(wire, at)[1]
        rtype, _, _, size = struct.unpack("!HHIH", wire[at:at + 10])
        at += 10
        records.append((rtype, _read_name(wire, at)[0] if rtype == TYPE_CNAME else wire[at:at + size]))
        at += size
    return records


def _ask_over_tcp(query, resolver):
    with socket.create_connection(resolver, timeout=_WAIT_S * _TRIES) as channel, channel.makefile("rwb") as stream:
        stream.write(struct.pack("!H", len(query)) + query)
        stream.flush()
        size, = struct.unpack("!H", stream.read(2))
        return stream.read(size)


def look(name, qtype=TYPE_CAA, checking_disabled=False, resolver=RESOLVER):
    """One question, asked again while the resolver is busy with dead servers."""
    flags = _FLAG_RD | (_FLAG_CD if checking_disabled else 0)
    query = struct.pack("!HHHHHH", 0x5EED, flags, 1, 0, 0, 1) + _name(name) + struct.pack("!HH", qtype, 1)
    query += b"\0" + struct.pack("!HHIH", 41, 4096, _EDNS_DO, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.connect(resolver)
        channel.settimeout(_WAIT_S)
        for _ in range(_TRIES):
            channel.send(query)
            try:
                wire = channel.recv(65535)
            except TimeoutError:
                continue
            answer_flags = struct.unpack("!H", wire[2:4])[0]
            if answer_flags & _FLAG_TC:
                wire = _ask_over_tcp(query, resolver)
                answer_flags = struct.unpack("!H", wire[2:4])[0]
            return Look(answer_flags & 0xF, bool(answer_flags & _FLAG_AD), _read_answers(wire))
    raise AssertionError(f"{resolver} does not answer for {name}")


def climb(name, look=look):
    """The look-ups for one name, as far as they decide (a wildcard's as its parent's)."""
    labels = name.removeprefix("*.").split(".")
    secure = True
    for start in range(len(labels)):
        at = ".".join(labels[start:])
        found = look(at)
        if found.rcode not in (RCODE_NOERROR, RCODE_NXDOMAIN):
            return _failure(at, look)
        secure = secure and found.authenticated
        if found.holds(TYPE_CAA):
            caa = tuple(sorted(rdata for rtype, rdata in found.records if rtype == TYPE_CAA))
            return Climb("secure" if secure else "insecure", False, at, caa)
    return Climb("secure" if secure else "insecure", False, None)


def _failure(at, look):
    if look(at, checking_disabled=True).rcode in (RCODE_NOERROR, RCODE_NXDOMAIN):
        return Climb("bogus", True, at)
    name = _end_of_aliases(at, look)
    other = look(name, TYPE_SOA)
    if other.rcode in (RCODE_NOERROR, RCODE_NXDOMAIN):  # Only CAA fails there.
        return Climb("secure" if other.authenticated else "insecure", True, at)
    return Climb("secure" if _is_below_secure_delegation(name, look) else "insecure", True, at)


def _end_of_aliases(name, look):
    for _ in range(_MAX_ALIASES):
        targets = [rdata for rtype, rdata in look(name, TYPE_CNAME).records if rtype == TYPE_CNAME]
        if not targets:
            return name
        name = targets[-1]
    return name


def _is_below_secure_delegation(name, look):
    """Whether the nearest zone above that answers says, secured, that the silent one is to be secure."""
    while True:
        found = look(name, TYPE_DS)
        if found.rcode in (RCODE_NOERROR, RCODE_NXDOMAIN):
            return found.authenticated and any(
                rtype == TYPE_DS and rdata[2] != _UNSUPPORTED_ALGORITHM for rtype, rdata in found.records)
        name = name.partition(".")[2]


class Validator:
    """Unbound, validating from the lab's hints and trust anchor; stop() ends it. `extra` are further lines of its `server` clause;
    `probe` is a name that has a SOA once all is up."""

    def __init__(self, folder, hints, anchor, extra=(), probe="test"):
        folder = pathlib.Path(folder)
        self.probe = probe
        config = folder / "validator.conf"
        config.write_text("\n".join([
            "server:", f"interface: {RESOLVER[0]}@{RESOLVER[1]}", "access-control: 127.0.0.0/8 allow", "do-not-query-localhost: no",
            f'root-hints: "{hints}"', f'trust-anchor-file: "{anchor}"', 'module-config: "validator iterator"',
            # Reserved names are the lab's (RFC 6761 §6.2 would have Unbound answer for them itself).
            'local-zone: "test." nodefault', 'local-zone: "invalid." nodefault',
            # What is in doubt is asked anew for each question, and nothing is concluded from one name to another.
            "aggressive-nsec: no", "val-bogus-ttl: 0", "infra-host-ttl: 0", "harden-below-nxdomain: no", "qname-minimisation: no",
            "val-log-level: 2", "num-queries-per-thread: 4096", "outbound-msg-retry: 2", "outgoing-range: 8192",
            'chroot: ""', 'username: ""', 'pidfile: ""', "do-daemonize: no", "use-syslog: no", f'directory: "{folder}"',
            *extra, "remote-control:", "control-enable: no"]) + "\n")
        self.log = folder / "validator.log"
        self.server = Server(["unbound", "-d", "-c", str(config)], self.log)
        self.server.wait_until(self._answers)

    def _answers(self):
        try:
            return look(self.probe, TYPE_SOA).rcode == RCODE_NOERROR
        except (OSError, AssertionError):
            return False

    def stop(self):
        return self.server.stop()
