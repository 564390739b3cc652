"""The name servers of all worlds: one process, one UDP and one TCP socket per family, which take every address.

The kernel says which address a query was sent to (IP_PKTINFO), and that address answers.
"""

import ctypes
import multiprocessing
import select
import signal
import socket
import struct
import subprocess

import wire
from internet import DEAD4, DEAD6, PREFIX4, PREFIX6, Internet, text_of

PORT = 53
_IP_PKTINFO, _IPV6_RECVPKTINFO, _IPV6_PKTINFO, _SO_RCVBUFFORCE = 8, 49, 50, 33
_BUFFER, _MOST_PER_TURN = 4 << 20, 64
_SPACE4, _SPACE6 = socket.CMSG_SPACE(12), socket.CMSG_SPACE(20)


def prepare_namespace():
    """Makes the worlds' IPv6 addresses local and the dead addresses unreachable. REQUIRES: a network namespace of our own."""
    for command in (["-6", "route", "replace", "local", PREFIX6, "dev", "lo"], ["-6", "route", "replace", "unreachable", DEAD6],
                    ["route", "replace", "unreachable", DEAD4, "table", "local"]):
        subprocess.run(["ip", *command], check=True)


class Service:
    """The process that answers for these worlds; stop() ends it."""

    def __init__(self, worlds):
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_serve, args=(worlds, theirs), daemon=True)
        self._process.start()
        theirs.close()
        ours.recv()  # It listens; an EOFError says that it died.

    def stop(self):
        self._process.terminate()
        self._process.join()


def _serve(worlds, ready):
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    loop = _Loop(Internet(worlds))
    ready.send(True)
    loop.run()


class _Loop:
    """Waits for queries and answers them, in one thread."""

    def __init__(self, internet):
        self._internet = internet
        self._poll = select.epoll()
        self._handlers = {}
        self._buffers = {}
        for family in (socket.AF_INET, socket.AF_INET6):
            self._open_udp(family)
            self._open_tcp(family)

    def _open_udp(self, family):
        channel = socket.socket(family, socket.SOCK_DGRAM)
        try:
            channel.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except OSError:  # Only root of the whole machine may.
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if family == socket.AF_INET:
            channel.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        else:
            channel.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            channel.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO, 1)
        self._listen(channel, lambda: self._on_udp(channel, family))

    def _open_tcp(self, family):
        channel = socket.socket(family, socket.SOCK_STREAM)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            channel.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self._listen(channel, lambda: self._on_connect(channel))
        channel.listen(4096)

    def _listen(self, channel, handler):
        channel.bind(("", PORT))
        self._watch(channel, handler)

    def _watch(self, channel, handler):
        channel.setblocking(False)
        self._handlers[channel.fileno()] = handler
        self._poll.register(channel.fileno(), select.EPOLLIN)

    def run(self):
        while True:
            for number, _ in self._poll.poll():
                handler = self._handlers.get(number)
                if handler:
                    handler()

    def _answer(self, wire_query, address, over_tcp):
        query = wire.read_query(wire_query)
        machine = self._internet.machine_at(address)
        return machine.reply(query, over_tcp) if query and machine else None

    def _on_udp(self, channel, family):
        for _ in range(_MOST_PER_TURN):
            try:
                octets, controls, _, sender = channel.recvmsg(4096, _SPACE4 + _SPACE6)
            except BlockingIOError:
                return
            except OSError:
                continue
            address = _destination(controls)
            answer = self._answer(octets, address, over_tcp=False) if address else None
            if answer:
                try:
                    channel.sendmsg([answer], [_from(address, family)], 0, sender)
                except OSError:
                    pass  # Its asker has gone, or the buffer is full: datagrams get lost.

    def _on_connect(self, listener):
        try:
            channel, _ = listener.accept()
        except OSError:
            return
        self._buffers[channel.fileno()] = b""
        self._watch(channel, lambda: self._on_tcp(channel))

    def _on_tcp(self, channel):
        number = channel.fileno()
        try:
            octets = channel.recv(4096)
            if octets:
                self._buffers[number] = self._answer_all(channel, self._buffers[number] + octets)
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._poll.unregister(number)
        del self._handlers[number], self._buffers[number]
        channel.close()

    def _answer_all(self, channel, octets):
        """Answers the whole queries in what came; what is left of it."""
        address = channel.getsockname()[0]
        while len(octets) >= 2 and len(octets) >= 2 + (size := struct.unpack("!H", octets[:2])[0]):
            answer = self._answer(octets[2:2 + size], address, over_tcp=True)
            octets = octets[2 + size:]
            if answer:
                channel.send(struct.pack("!H", len(answer)) + answer)
        return octets


def _destination(controls):
    for level, kind, octets in controls:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            return socket.inet_ntoa(octets[8:12])
        if level == socket.IPPROTO_IPV6 and kind == _IPV6_PKTINFO:
            return text_of(octets[:16])
    return None


def _from(address, family):
    if family == socket.AF_INET:
        return socket.IPPROTO_IP, _IP_PKTINFO, struct.pack("=i4s4s", 0, socket.inet_aton(address), b"\0" * 4)
    return socket.IPPROTO_IPV6, _IPV6_PKTINFO, socket.inet_pton(socket.AF_INET6, address) + struct.pack("=i", 0)


