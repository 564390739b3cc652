"""caascan serve as the tests start it, and plain HTTP to it, octet by octet where that matters."""

import http.client
import json
import pathlib
import socket

import harness
from harness import CAASCAN

PORT = 8659


class Service:
    """caascan serve over a lab; stop() ends it."""

    def __init__(self, folder, lab, *options, environment=None):
        self.log = folder / "serve.log"
        self.server = harness.Server([CAASCAN, "serve", *lab.options(), *options], self.log)
        self.server.wait_until(lambda: "listening at" in self.log.read_text())

    @property
    def process(self):
        return self.server.process

    def stop(self):
        return self.server.stop()

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def request(method, path, body=None, headers=None, port=PORT):
    """(status, header fields, body) of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE_S)
    try:
        connection.request(method, path, body=body, headers=headers or {}, encode_chunked=False)
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def names(lines, query="", **options):
    """The records that POST /v1/names gives for these lines."""
    body = lines if isinstance(lines, bytes) else "".join(line + "\n" for line in lines).encode()
    status, _, text = request("POST", "/v1/names" + query, body, **options)
    assert status == 200, (status, text)
    return [json.loads(line) for line in text.splitlines()]


class Raw:
    """A client that sends and reads octets as it likes."""

    def __init__(self, port=PORT):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE_S)
        self.file = self.socket.makefile("rb")

    def send(self, octets):
        self.socket.sendall(octets)

    def begin_names(self, query=""):
        """Sends the header of a body in chunks, and reads that of the response."""
        self.send(f"POST /v1/names{query} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        return self.read_head()

    def chunk(self, octets):
        self.send(b"%x\r\n%s\r\n" % (len(octets), octets))

    def end(self):
        self.send(b"0\r\n\r\n")

    def read_head(self):
        """The status, or None where the other side ended."""
        lines = []
        while line := self.file.readline().rstrip(b"\r\n"):
            lines.append(line)
        return int(lines[0].split()[1]) if lines else None

    def read_chunk(self):
        """The next chunk's octets; b"" for the last one, None where the other side ended without it."""
        size = self.file.readline()
        if not size:
            return None
        octets = self.file.read(int(size, 16))
        self.file.readline()
        return octets

    def read_rest(self):
        """(octets, whether the last chunk came)."""
        octets = b""
        while chunk := self.read_chunk():
            octets += chunk
        return octets, chunk == b""

    def close(self):
        self.file.close()
        self.socket.close()
