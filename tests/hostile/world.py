"""A name server that is written to hurt, with a hook for what it does to each query, and a network where it may stand."""

import os
import pathlib
import socket
import struct
import subprocess
import threading
import time

TYPE_A, TYPE_NS, TYPE_CNAME, TYPE_SOA, TYPE_CAA = 1, 2, 5, 6, 257
TYPE_OPT, TYPE_RRSIG, TYPE_NSEC, TYPE_DNSKEY = 41, 46, 47, 48
QR, AA, TC = 0x8000, 0x0400, 0x0200
FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 1, 2, 3, 5
PORT = 5300
MAX_DATAGRAM, MAX_MESSAGE = 1232, 65535
RECEIVE_BUFFER = 4 << 20  # Or as much as the system grants.
IP_PKTINFO = 8  # socket has no name for it before Python 3.14.
SOA = b"\0" + b"\0" + struct.pack("!IIIII", 1, 3600, 600, 86400, 60)


def name_wire(text):
    """An absolute name in wire form."""
    return b"".join(bytes([len(label)]) + label.encode() for label in text.rstrip(".").split(".") if label) + b"\0"


def caa(value, flags=0, tag="issue"):
    """The RDATA of a CAA record."""
    return bytes([flags, len(tag)]) + tag.encode() + value.encode()


def record(owner, rtype, rdata, ttl=300):
    """A resource record of class IN. `owner` may be octets: a compressed name."""
    wire = owner if isinstance(owner, bytes) else name_wire(owner)
    return wire + struct.pack("!HHIH", rtype, 1, ttl, len(rdata)) + rdata


def address(rdata):
    """The RDATA of an A record."""
    return socket.inet_aton(rdata)


OPT = b"\0" + struct.pack("!HHIH", TYPE_OPT, MAX_DATAGRAM, 0x8000, 0)  # With DO.
AT_QUESTION = b"\xc0\x0c"  # As an owner: the question's name, compressed.


def as_many_as_fit(records, taken):
    """The first of these records, as many as a message has room for beside so many octets."""
    fitting = []
    for each in records:
        taken += len(each)
        if taken > MAX_MESSAGE:
            break
        fitting.append(each)
    return fitting


class Query:
    """What came, and what may be sent for it. `transport` is "udp" or "tcp"."""

    def __init__(self, octets, transport, send, server, source=None):
        self.octets, self.transport, self.send, self.server, self.source = octets, transport, send, server, source
        at, labels = 12, []
        while octets[at]:
            labels.append(octets[at + 1:at + 1 + octets[at]].decode())
            at += 1 + octets[at]
        self.question = octets[12:at + 5]
        self.name = ".".join(labels).lower()
        self.type, = struct.unpack("!H", octets[at + 1:at + 3])

    def reply(self, flags=AA, answers=(), authority=(), additional=(), change_id=0, question=True):
        """A whole message."""
        query_id, = struct.unpack("!H", self.octets[:2])
        head = struct.pack("!HHHHHH", query_id ^ change_id, QR | flags, int(question), len(answers), len(authority),
                           len(additional))
        return head + (self.question if question else b"") + b"".join((*answers, *authority, *additional))

    def send_long(self, message):
        """A message that may be too long for a datagram: then TC over UDP, all of it over TCP."""
        fits = self.transport == "tcp" or len(message) <= MAX_DATAGRAM
        self.send(message if fits else self.reply(flags=AA | TC))

    def refer(self, zone, servers, glue=()):
        """Sends a referral to the servers of these names; `glue` are (name, address)."""
        self.send_long(self.reply(flags=0, authority=[record(zone, TYPE_NS, name_wire(server)) for server in servers],
                                  additional=[record(name, TYPE_A, address(at)) for name, at in glue]))

    def honest(self, held):
        """The reply of a server whose zone holds the CAA values `held`, {name: value}."""
        if self.type == TYPE_CAA and self.name in held:
            return self.reply(answers=[record(self.name, TYPE_CAA, caa(held[self.name]))])
        if self.type == TYPE_NS and not self.name:
            return self.reply(answers=[record("", TYPE_NS, name_wire("ns.root"))])
        return self.reply(authority=[record("", TYPE_SOA, SOA)])

    def icmp_unreachable(self, quoted):
        """Sends "port unreachable" for this query from the server's address; it quotes so many octets behind the IP header."""
        host, port = self.source
        udp = struct.pack("!HHHH", port, PORT, 8 + len(self.octets), 0) + self.octets
        original = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, socket.inet_aton(host),
                               socket.inet_aton(self.server)) + udp[:quoted]
        body = struct.pack("!BBHI", 3, 3, 0, 0) + original
        padded = body + b"\0" * (len(body) % 2)
        total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
        total = (total & 0xFFFF) + (total >> 16)
        checksum = ~(total + (total >> 16)) & 0xFFFF
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
            raw.bind((self.server, 0))
            raw.sendto(body[:2] + struct.pack("!H", checksum) + body[4:], (host, 0))


class World:
    """Serves at an address of its own until close(); `everywhere`, at all addresses of 127/8 that are free.
    `handle(query)` sends what it likes."""

    _count = 0

    def __init__(self, handle, everywhere=False):
        World._count += 1
        self.handle, self.address = handle, f"127.53.{World._count}.1"
        bound = "0.0.0.0" if everywhere else self.address
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._udp.bind((bound, PORT))
        self._tcp = socket.create_server((bound, PORT), backlog=1024, reuse_port=True)
        self._closed = False
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for each in (self._udp, self._tcp):
            each.settimeout(0.1)  # So that close() is seen.
        for thread in self._threads:
            thread.start()

    def close(self):
        """Nothing more is taken: another world may have the port."""
        self._closed = True
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()

    def hints(self):
        """The text of root hints that lead here."""
        return f". 300 IN NS ns.root.\nns.root. 300 IN A {self.address}\n"

    def _serve_udp(self):
        while not self._closed:
            try:
                octets, control, _, source = self._udp.recvmsg(65535, 64)
            except TimeoutError:
                continue
            server = socket.inet_ntoa(control[0][2][8:12])
            answer_from = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("i4s4x", 0, socket.inet_aton(server)))]
            try:
                self.handle(Query(octets, "udp", lambda message, source=source, answer_from=answer_from:
                                  self._udp.sendmsg([message], answer_from, 0, source), server, source))
            except OSError:
                pass  # The client has closed its port, say.

    def _serve_tcp(self):
        while not self._closed:
            try:
                channel, _ = self._tcp.accept()
            except TimeoutError:
                continue
            channel.setblocking(True)
            threading.Thread(target=self._converse, args=(channel,), daemon=True).start()

    def _converse(self, channel):
        def send(message):
            channel.sendall(struct.pack("!H", len(message)) + message)
        stream = channel.makefile("rb")
        try:
            while len(size := stream.read(2)) == 2:
                self.handle(Query(stream.read(struct.unpack("!H", size)[0]), "tcp", send, channel.getsockname()[0]))
        except OSError:
            pass
        finally:
            channel.close()


class Beside:
    """A network namespace beside this one, in which a program runs and all addresses of NETWORK are its own. Nothing is
    shared but a link, so that its ports do not collide with those of servers here."""

    NETWORK = "10.0.0.0/8"
    HERE, THERE, PREFIX = "192.168.0.1", "192.168.0.2", "30"
    LINK = "beside"

    def __init__(self, command, **options):
        self.process = subprocess.Popen(["unshare", "--net", *command], stdout=subprocess.PIPE, **options)
        here, there = (pathlib.Path(f"/proc/{each}/ns/net") for each in ("self", self.process.pid))
        while there.readlink() == here.readlink():
            time.sleep(0.01)
        try:
            self._connect()
        except subprocess.CalledProcessError:
            self.process.kill()
            raise

    def _connect(self):
        self._ip("link", "add", self.LINK, "type", "veth", "peer", "name", "outside", "netns", str(self.process.pid))
        for where, device, at in (((), self.LINK, self.HERE), (self._inside(), "outside", self.THERE)):
            self._ip("address", "add", f"{at}/{self.PREFIX}", "dev", device, where=where)
            self._ip("link", "set", device, "up", where=where)
        self._ip("link", "set", "lo", "up", where=self._inside())
        self._ip("route", "add", "local", self.NETWORK, "dev", "lo", where=self._inside())
        self._ip("route", "add", self.NETWORK, "via", self.THERE)

    def _inside(self):
        return ["nsenter", "--net", "--target", str(self.process.pid)]

    @staticmethod
    def _ip(*arguments, where=()):
        subprocess.run([*where, "ip", *arguments], check=True)

    def wait_until_ready(self):
        """Returns once the program has printed a line."""
        if not self.process.stdout.readline():
            raise AssertionError(f"{self.process.args} ended")

    def stop(self):
        """Ends the program; what it used, as the kernel accounts for it."""
        self._ip("link", "delete", self.LINK)  # The kernel would do it too, but not at once.
        self.process.terminate()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.process.stdout.close()
        return usage


def later(seconds, send, message):
    """Sends a message after a while."""
    def wait():
        time.sleep(seconds)
        try:
            send(message)
        except OSError:
            pass
    threading.Thread(target=wait, daemon=True).start()
