"""The witnesses: Unbound, BIND and Knot Resolver, each validating from the batch's root, and the climb asked through them.

They are set up to be neutral: no query minimisation, nothing concluded from one name to another where that can be switched
off, reserved names and addresses like any other. Everything else is as Debian ships it.
"""

import asyncio
import itertools
import pathlib
import socket
import struct
import sys
import typing

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
# pylint: disable=wrong-import-position
import wire
from harness import Server, add_address, ask
from wire import FLAG_AD, FLAG_RD, FLAG_TC, RCODES, TYPES

PORT = 5353
UNBOUND, BIND, KNOT = "Unbound", "BIND", "Knot"
ADDRESS_OF = {UNBOUND: "127.0.5.1", BIND: "127.0.5.2", KNOT: "127.0.5.3"}
NAMES = tuple(ADDRESS_OF)
# A climb that takes longer than _PATIENCE_S no longer counts among those at once: it waits for a silent server.
_PATIENCE_S, _WAIT_S = 1, 12
_DO, _SIZE, _BUFFER = 0x8000, 4096, 4 << 20


class Climb(typing.NamedTuple):
    """What a witness says of a name. `failed` is the rcode ("SERVFAIL", "timeout") where a look-up failed, else ""; `at` the name
    that failed or had records; `records` a frozen set of CAA RDATA; `trail` every look-up's rcode and AD bit."""
    failed: str
    at: str
    records: frozenset
    trail: tuple


def _unbound_config(folder, hints, anchor):
    return "\n".join([
        "server:", f"interface: {ADDRESS_OF[UNBOUND]}@{PORT}", "access-control: 127.0.0.0/8 allow", "do-not-query-localhost: no",
        f'root-hints: "{hints}"', f'trust-anchor-file: "{anchor}"', 'module-config: "validator iterator"',
        "qname-minimisation: no", "aggressive-nsec: no", "harden-below-nxdomain: no", "val-bogus-ttl: 0", "infra-host-ttl: 0",
        "prefetch: no", "num-queries-per-thread: 4096", "outgoing-range: 8192", "outbound-msg-retry: 3", "outgoing-num-tcp: 1000", "so-rcvbuf: 4m",
        "val-log-level: 2", "max-udp-size: 4096", "use-caps-for-id: no", "do-ip6: yes", 'trust-anchor-signaling: no',
        "root-key-sentinel: no", 'chroot: ""', 'username: ""', 'pidfile: ""', "do-daemonize: no", "use-syslog: no",
        f'directory: "{folder}"', "remote-control:", "control-enable: no"]) + "\n"


def _bind_config(folder, hints, anchor):
    ds = pathlib.Path(anchor).read_text().split()
    return "\n".join([
        "options {", f'directory "{folder}";', f'listen-on port {PORT} {{ {ADDRESS_OF[BIND]}; }};', "listen-on-v6 { none; };",
        "pid-file none;", "session-keyfile none;", "recursion yes;", "allow-query { any; };", "allow-recursion { any; };",
        "qname-minimization off;", "dnssec-validation yes;", "synth-from-dnssec no;", "empty-zones-enable no;", "servfail-ttl 0;",
        "lame-ttl 0;", "prefetch 0;", "trust-anchor-telemetry no;", "root-key-sentinel no;", "recursive-clients 10000;",
        "clients-per-query 0;", "max-clients-per-query 0;", "fetches-per-server 0;", "fetches-per-zone 0;", "send-cookie no;",
        "resolver-query-timeout 10000;", "max-udp-size 4096;", "edns-udp-size 1232;", "notify no;", "querylog no;",
        "};",
        "controls { };", f'zone "." {{ type hint; file "{hints}"; }};',
        f'trust-anchors {{ . static-ds {ds[4]} {ds[5]} {ds[6]} "{ds[7]}"; }};',
        'logging { channel quiet { null; }; category default { quiet; }; };']) + "\n"


def _knot_config(folder, hints, anchor):
    return "\n".join([
        f"net.listen('{ADDRESS_OF[KNOT]}', {PORT})", "net.bufsize(4096)", "option('ALLOW_LOCAL', true)",
        "option('NO_MINIMIZE', true)", "cache.size = 100 * MB", "modules = { 'hints > iterate' }",
        "modules.unload('priming')", "modules.unload('ta_update')", "modules.unload('ta_signal_query')",
        "modules.unload('detect_time_skew')", "modules.unload('detect_time_jump')", f"hints.root_file('{hints}')",
        "trust_anchors.remove('.')", f"trust_anchors.add_file('{anchor}', true)",
        # Without a cache it proves nothing by the answer to another question (RFC 8198).
        "policy.add(policy.all(policy.FLAGS('NO_CACHE')))"]) + "\n"


class Witnesses:
    """Three fresh resolvers whose data lies in `folder`; stop() ends them."""

    def __init__(self, folder, hints, anchor):
        folder = pathlib.Path(folder)
        self._servers = []
        add_address(ADDRESS_OF[BIND])  # BIND listens on addresses of interfaces alone.
        for name, make, command in (
                (UNBOUND, _unbound_config, lambda path, home: ["unbound", "-d", "-c", path]),
                (BIND, _bind_config, lambda path, home: ["named", "-f", "-n", "1", "-c", path]),
                (KNOT, _knot_config, lambda path, home: ["kresd", "-n", "-c", path, home])):
            home = folder / name
            home.mkdir()
            config = home / "config"
            config.write_text(make(home, hints, anchor))
            self._servers.append((name, Server(command(str(config), str(home)), home / "log")))
        for name, server in self._servers:
            server.wait_until(lambda name=name: (ask(ADDRESS_OF[name], PORT, "", TYPES["SOA"], recursion_desired=True, timeout=1)
                                                 or (None,))[0] == RCODES["NOERROR"])

    def stop(self):
        while self._servers:
            self._servers.pop()[1].stop()

    def climbs(self, names, at_once):
        """{witness: {name: Climb}}; each witness is asked for so many names at once, in their order."""
        return asyncio.run(_ask_all(names, at_once))


class _Channel(asyncio.DatagramProtocol):
    """Questions to one witness and what comes back, by ID."""

    def __init__(self):
        self.waiting = {}
        self._numbers = itertools.cycle(range(1, 65536))
        self._transport = None

    def connection_made(self, transport):
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)

    def datagram_received(self, data, addr):
        future = self.waiting.get(data[:2])
        if future and not future.done():
            future.set_result(data)

    async def ask(self, name):
        """The octets of an answer about CAA, or None."""
        number = struct.pack("!H", next(number for number in self._numbers if struct.pack("!H", number) not in self.waiting))
        self.waiting[number] = asyncio.get_running_loop().create_future()
        self._transport.sendto(number + _question(name))
        try:
            return await asyncio.wait_for(self.waiting[number], _WAIT_S)
        except asyncio.TimeoutError:
            return None
        finally:
            del self.waiting[number]


def _question(name):
    return (struct.pack("!HHHHH", FLAG_RD, 1, 0, 0, 1) + wire.name_wire(name) + struct.pack("!HH", TYPES["CAA"], 1)
            + b"\0" + struct.pack("!HHIH", 41, _SIZE, _DO, 0))


async def _ask_all(names, at_once):
    return dict(zip(NAMES, await asyncio.gather(*(_ask_one(witness, names, at_once) for witness in NAMES))))


async def _ask_one(witness, names, at_once):
    loop = asyncio.get_running_loop()
    transport, channel = await loop.create_datagram_endpoint(_Channel, remote_addr=(ADDRESS_OF[witness], PORT))
    limit = asyncio.Semaphore(at_once)
    looks = {}  # One question each: several climbs go through the same parents.

    async def look(name):
        if name not in looks:
            looks[name] = asyncio.ensure_future(_look(channel, witness, name))
        return await looks[name]

    async def climb(name):
        async with limit:
            task = asyncio.ensure_future(_climb(name, look))
            await asyncio.wait([task], timeout=_PATIENCE_S)
        return await task

    try:
        return dict(zip(names, await asyncio.gather(*map(climb, names))))
    finally:
        transport.close()


async def _look(channel, witness, name):
    answer = await channel.ask(name)
    if answer and struct.unpack("!H", answer[2:4])[0] & FLAG_TC:
        answer = await _over_tcp(witness, name)
    return read_look(answer) if answer else ("timeout", False, frozenset())


async def _over_tcp(witness, name):
    reader, writer = await asyncio.open_connection(ADDRESS_OF[witness], PORT)
    query = b"\0\1" + _question(name)
    writer.write(struct.pack("!H", len(query)) + query)
    try:
        size, = struct.unpack("!H", await asyncio.wait_for(reader.readexactly(2), _WAIT_S))
        return await reader.readexactly(size)
    except (asyncio.TimeoutError, asyncio.IncompleteReadError):
        return None
    finally:
        writer.close()


async def _climb(name, look):
    """The look-ups of RFC 8659 section 3, as far as they decide."""
    trail = []
    while name:
        rcode, is_authenticated, records = await look(name)
        trail.append((name, rcode, is_authenticated))
        if rcode not in ("NOERROR", "NXDOMAIN"):
            return Climb(rcode, name, frozenset(), tuple(trail))
        if records:
            return Climb("", name, records, tuple(trail))
        name = wire.parent(name)
    return Climb("", "", frozenset(), tuple(trail))


def read_look(octets):
    """(rcode, AD, CAA RDATA) of a witness's answer."""
    flags, _, answers = struct.unpack("!HHH", octets[2:8])
    number = flags & 0xF
    rcode = next((text for text, value in RCODES.items() if value == number), str(number))
    at, records = _after_name(octets, 12) + 4, set()
    for _ in range(answers):
        at = _after_name(octets, at)
        rtype, _, _, size = struct.unpack("!HHIH", octets[at:at + 10])
        at += 10
        if rtype == TYPES["CAA"]:
            records.add(octets[at:at + size])
        at += size
    return rcode, bool(flags & FLAG_AD), frozenset(records)


def _after_name(octets, at):
    while octets[at] and octets[at] < 0xC0:
        at += 1 + octets[at]
    return at + (1 if octets[at] == 0 else 2)
