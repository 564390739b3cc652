"""A scan is a guest: what it promises each server, and all of them together, holds in every window, counted where it counts,
by the servers."""

import collections
import json
import signal
import subprocess
import time

import harness
from harness import CAASCAN
from lab import Lab

SERVER_RATE = 100
SERVER_INFLIGHT = 32
DELAY_MS = 30
NAMES_OF_EACH = 50
MUTE_NAMES = 8  # Each takes long.

# A zone whose server does something that makes a scanner ask more, or otherwise.
ZONES = {
    "healthy": [],
    "late": [{"fault": "delay", "ms": 300}],
    "truncating": [{"fault": "truncate"}],
    "truncating-late": [{"fault": "truncate"}, {"fault": "delay", "ms": 250}],
    "lossy": [{"fault": "drop", "percent": 30, "transport": "udp"}],
    "mute": [{"fault": "drop", "types": ["CAA"]}],
    "refusing": [{"fault": "rcode", "rcode": "REFUSED", "types": ["CAA"]}],
    "failing": [{"fault": "rcode", "rcode": "SERVFAIL"}],
    "edns-hater": [{"fault": "rcode", "rcode": "FORMERR", "edns": "with"}, {"fault": "edns-ignored"}],
    "twisted": [{"fault": "lower-case", "transport": "udp"}],
}


def scenario(zones=None, per_zone=2):
    """A lab description: each zone, below test. where it is one label, with `per_zone` servers of its own."""
    described = []
    for index, (name, faults) in enumerate((zones or ZONES).items()):
        addresses = [f"127.20.{index}.{host}" for host in range(1, per_zone + 1)]
        described.append({
            "zone": name if "." in name else f"{name}.test",
            "servers": [{"host": f"ns{i}", "addresses": [address]} for i, address in enumerate(addresses, 1)],
            "records": ["* CAA 0 issue \"letsencrypt.org\""],
            "faults": faults})
    return json.dumps({"zones": described + [{"zone": "test", "servers": 1}, {"zone": "bulk", "servers": 1},
                                              {"zone": ".", "servers": 1}]})


class PoliteCase(harness.Case):

    def start_lab(self, description, *options):
        path = self.file("scenario.json", description)
        self.lab = Lab(self.folder, scenario=path, serve=["--windows", *options])
        self.addCleanup(self.lab.stop)

    def windows(self):
        """Ends the lab; what it counted."""
        self.lab.stop()
        lines = (self.folder / "lab.log").read_text().splitlines()
        return json.loads(lines[-1])["windows"]

    def run_scan(self, *options, names):
        path = self.file("names.txt", "".join(name + "\n" for name in names))
        out = self.folder / "out.ndjson"
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), *options, path, "--overwrite", "-o", out)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in out.read_text().splitlines()]
        self.assertEqual(sorted(record["name"] for record in records), sorted(names))
        return records


class EveryServer(PoliteCase):

    def assert_limits(self, options, rate, inflight):
        self.start_lab(scenario(), "--delay", str(DELAY_MS))
        names = [f"n{i}.{zone}.test" for i in range(NAMES_OF_EACH) for zone in ZONES if zone != "mute" or i < MUTE_NAMES]
        records = self.run_scan("--timeout", "600", *options, names=names)
        # All of it was there: TCP, retries, probes.
        reasons = collections.Counter(record["reason"] for record in records)
        self.assertEqual(reasons, {"issuer_authorized": 7 * NAMES_OF_EACH, "refused_caa": NAMES_OF_EACH,
                                   "servfail": NAMES_OF_EACH, "caa_dropped": MUTE_NAMES})
        servers = self.windows()["servers"]
        self.assertGreater(len(servers), 2 * len(ZONES))
        for address, counts in servers.items():
            if rate:
                self.assertLessEqual(counts["most_in_1s"], rate, address)
            if inflight:
                self.assertLessEqual(counts["most_at_once"], inflight, address)
        if rate:
            self.assertGreater(max(counts["most_in_1s"] for counts in servers.values()), rate * 0.8)
        if inflight and inflight < SERVER_INFLIGHT:
            self.assertEqual(max(counts["most_at_once"] for counts in servers.values()), inflight)

    def test_rate_and_places_with_threads(self):
        self.assert_limits(["--threads", "3", "--server-rate", "40", "--server-inflight", "4"], 40, 4)

    def test_rate_alone(self):
        self.assert_limits(["--threads", "2", "--server-rate", "60", "--server-inflight", "0"], 60, 0)

    def test_places_alone(self):
        self.assert_limits(["--threads", "2", "--server-rate", "0", "--server-inflight", "6"], 0, 6)

    def test_what_holds_when_nothing_is_said(self):
        self.assert_limits(["--threads", "2"], SERVER_RATE, SERVER_INFLIGHT)


class AllTogether(PoliteCase):
    RATE = 1500
    SECONDS = 14

    def assert_rate(self, threads):
        zones = {f"z{i}": [{"fault": "truncate"}] if i % 5 == 0 else [] for i in range(50)}
        self.start_lab(scenario(zones), "--delay", "5")
        names = [f"n{i}.z{i % len(zones)}.test" for i in range(self.RATE * self.SECONDS)]
        command = [CAASCAN, "scan", *self.lab.options(), "--rate", str(self.RATE), "--server-rate", "0",
                   "--server-inflight", "0", "--threads", str(threads), self.file("names.txt", "".join(n + "\n" for n in names)),
                   "-o", str(self.folder / "out.ndjson")]
        scan = subprocess.Popen(command, stderr=subprocess.PIPE)
        try:
            scan.wait(timeout=self.SECONDS - 1)  # There is work for longer than this.
        except subprocess.TimeoutExpired:
            scan.send_signal(signal.SIGINT)
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 130, errors.decode())
        windows = self.windows()
        # A batch too many of each thread, which the system may hold up between its turn and its sending.
        self.assertLessEqual(windows["most_in_100ms"], self.RATE // 10 + 64 * threads)
        self.assertLessEqual(windows["most_in_10s"], self.RATE * 10 * 1.02)
        self.assertGreaterEqual(windows["most_in_10s"], self.RATE * 10 * 0.98)

    def test_rate_with_one_thread(self):
        self.assert_rate(1)

    def test_rate_with_threads(self):
        self.assert_rate(3)


class RateLimiting(PoliteCase):
    """Servers that answer 50 queries a second and no more."""
    NAMES = 2000

    def assert_nothing_lost(self, faults, healthy_names=1500):
        self.start_lab(scenario({"limiting": faults, "healthy": []}, per_zone=1), "--delay", "5")
        limited = [f"n{i}.limiting.test" for i in range(self.NAMES)]
        healthy = [f"n{i}.healthy.test" for i in range(healthy_names)]
        records = self.run_scan("--timeout", "500", names=limited + healthy)
        self.assertEqual({record["reason"] for record in records}, {"issuer_authorized"})
        found = {record["name"] for record in records
                 if any(finding["code"] == "rate_limited" for finding in record.get("findings", []))}
        self.assertTrue(found, "it was not found")
        self.assertTrue(found <= set(limited), "a healthy server was accused")
        return self.windows()["servers"]

    def test_silence_and_slips(self):
        servers = self.assert_nothing_lost([{"fault": "rate-limit", "per_second": 50}])
        # The healthy one is asked as fast as ever.
        self.assertGreater(servers["127.20.1.1"]["most_in_1s"], SERVER_RATE * 0.9)

    def test_refusals(self):
        self.assert_nothing_lost([{"fault": "rate-limit", "per_second": 50, "over": "refused"}])

    def test_no_limit_is_found_where_failures_have_other_causes(self):
        zones = {"lossy": [{"fault": "drop", "percent": 20, "transport": "udp"}],
                 "truncating": [{"fault": "truncate"}],
                 "half-truncating": [{"fault": "truncate", "percent": 50}],
                 "refusing": [{"fault": "rcode", "rcode": "REFUSED"}],
                 "dead": [{"fault": "drop"}]}
        self.start_lab(scenario(zones, per_zone=1), "--delay", "5")
        names = [f"n{i}.{zone}.test" for i in range(600) for zone in zones if zone != "dead" or i < 30]
        records = self.run_scan("--timeout", "300", "--server-rate", "60", names=names)
        for record in records:
            self.assertNotIn("rate_limited", [finding["code"] for finding in record.get("findings", [])], record)


class NoQueueForAll(PoliteCase):

    def test_an_operators_hundred_thousand_names_hold_up_nobody_else(self):
        zones = {"busy.bulk": [], **{f"z{i}": [] for i in range(40)}}
        self.start_lab(scenario(zones))
        busy = [f"n{i}.busy.bulk" for i in range(100_000)]
        others = {f"n{i}.z{i % 40}.test" for i in range(800)}
        path = self.file("names.txt", "".join(name + "\n" for name in [*busy, *sorted(others)]))
        out = self.folder / "out.ndjson"
        scan = subprocess.Popen([CAASCAN, "scan", *self.lab.options(), "--server-rate", "20", path, "--overwrite", "-o", out],
                                stderr=subprocess.PIPE)
        self.addCleanup(scan.kill)
        deadline = time.monotonic() + harness.PATIENCE_S
        done = set()
        while not others <= done:
            self.assertLess(time.monotonic(), deadline, f"{len(done)} records, {len(others - done)} others without one")
            time.sleep(0.2)
            if out.exists():
                done = {json.loads(line)["name"] for line in out.read_bytes().splitlines(True) if line.endswith(b"\n")}
        self.assertLess(len(done), 50_000, "the busy server took all of it: this shows nothing")
        scan.send_signal(signal.SIGINT)
        scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 130)
        records = [json.loads(line) for line in out.read_text().splitlines()]
        self.assertEqual(len(records), len(busy) + len(others))
        self.assertEqual({record["reason"] for record in records if record["name"] in others}, {"issuer_authorized"})


if __name__ == "__main__":
    harness.main()
