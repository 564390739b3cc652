"""A real redis-server as the tests start it."""

import pathlib
import socket

from harness import Server

PORT = 16379


class Engine:
    """redis-server in a folder of its own; kill() and start() as often as wanted. What it was told is on the disk."""

    def __init__(self, folder, port=PORT, password=None):
        self.folder = pathlib.Path(folder) / "redis"
        self.folder.mkdir(exist_ok=True)
        self.port, self.password, self.server = port, password, None
        login = f":{password}@" if password else ""
        self.url = f"redis://{login}127.0.0.1:{port}"
        self.start()

    def start(self):
        secret = ["--requirepass", self.password] if self.password else []
        self.server = Server(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", "",
             "--appendonly", "yes", "--appendfsync", "always", *secret], self.folder / "log")
        self.server.wait_until(lambda: self.call("PING") in (b"+PONG\r\n", b"-NOAUTH Authentication required.\r\n"))

    def call(self, *words):
        """The first octets of the answer to one command; empty while it does not serve."""
        text = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(text)
                return connection.recv(65536)
        except OSError:
            return b""

    def kill(self):
        self.server.process.kill()
        self.server.process.wait()

    def stop(self):
        if self.server.process.poll() is None:
            self.kill()
