"""The lab internet as the tests start it."""

import json
import pathlib
import signal
import subprocess

from harness import CAALAB, RCODE_NOERROR, SOURCE, Server, ask

BASIC = str(SOURCE / "datasets" / "lab" / "basic.json")
PORT = 5300


class Lab:
    """caalab serving an internet; stop() ends it. `hints` and `anchor` are the paths of its root hints and trust anchor.
    `serve` are further options of caalab serve."""

    def __init__(self, folder, scenario=BASIC, mix=None, names=None, seed=None, port=PORT, serve=()):
        self.port = port
        options = {"--scenario": scenario, "--mix": mix, "--names": names, "--seed": seed}
        self.world = [str(word) for option, value in options.items() if value is not None for word in (option, value)]
        self.hints = str(pathlib.Path(folder) / "lab.hints")
        self.anchor = str(pathlib.Path(folder) / "lab.anchor")
        self.server = Server(
            [CAALAB, "serve", *self.world, "--port", str(port), "--write-hints", self.hints, "--write-anchor", self.anchor,
             *serve],
            pathlib.Path(folder) / "lab.log")
        self.server.wait_until(self.answers)

    def root_address(self):
        """The first IPv4 address of the hints, or None while they are not written."""
        path = pathlib.Path(self.hints)
        lines = path.read_text().splitlines() if path.is_file() else []
        return next((line.split()[-1] for line in lines if " A " in " ".join(line.split())), None)

    def answers(self):
        """Whether the lab's root says NOERROR for its own SOA."""
        address = self.root_address()
        answer = ask(address, self.port, ".") if address else None
        return answer is not None and answer[0] == RCODE_NOERROR

    def options(self):
        """What caascan scan needs to start at the lab's root, and to validate where that is signed."""
        anchor = ["--trust-anchor", self.anchor] if pathlib.Path(self.anchor).read_text() else []
        return ["--port", str(self.port), "--root-hints", self.hints, *anchor, "--allow-special"]

    def names(self):
        """The names of the scenario, one of each kind."""
        return self._ask("names").splitlines()

    def truth(self):
        """What a right scanner must report, a record a name."""
        return [json.loads(line) for line in self._ask("truth").splitlines()]

    def _ask(self, subcommand):
        return subprocess.run([CAALAB, subcommand, *self.world],
                              check=True, capture_output=True, text=True).stdout

    def server_counters(self):
        """Queries by server's address and type, as the lab has counted them so far."""
        return self.report()["servers"]

    def report(self):
        """All that the lab has counted so far."""
        def counts():
            return [json.loads(line) for line in self.server.log_path.read_text().splitlines(keepends=True)
                    if '"queries"' in line and line.endswith("\n")]
        before = len(counts())
        self.server.process.send_signal(signal.SIGUSR1)
        self.server.wait_until(lambda: len(counts()) > before)
        return counts()[-1]

    def stop(self):
        return self.server.stop()
