"""Several machines share a run through a real engine: each name once, whatever ends or stops, and no server sees more than its
limit."""

import collections
import json
import re
import signal
import subprocess
import time

import harness
from chunks_test import FAST, ChunkCase
from engine import Engine
from harness import CAALAB, CAASCAN
from lab import Lab

RUN = "test"


class EngineCase(ChunkCase):
    MACHINES = 4

    def setUp(self):
        super().setUp()
        self.engine = Engine(self.folder)
        self.addCleanup(self.engine.stop)
        self.workers = []
        self.addCleanup(self.end_workers)

    def engine_options(self):
        return ["--engine", self.engine.url, "--run", RUN]

    def plan_run(self, lines, chunk):
        return self.plan("--machines-at-most", self.MACHINES, *self.engine_options(), lines=lines, chunk=chunk)

    def start_worker(self, *options, limit_file_size=None):
        number = len(self.workers)
        log = open(self.folder / f"worker-{number}.log", "wb")
        self.addCleanup(log.close)
        command = self.command(*self.engine_options(), *options)
        if limit_file_size is not None:
            command = ["prlimit", f"--fsize={limit_file_size}", *command]
        worker = subprocess.Popen(command, stdout=log, stderr=log)
        worker.log_path = self.folder / f"worker-{number}.log"
        self.workers.append(worker)
        return worker

    def end_workers(self):
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()

    def engine_status(self, *options):
        done = self.run_program(CAASCAN, "status", *self.engine_options(), *options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def chunks_done(self):
        found = re.search(r"(\d+) of \d+ chunks", self.engine_status())
        return int(found[1]) if found else 0

    def wait_until(self, is_so, seconds=60):
        end = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), end, "in vain")
            time.sleep(0.1)

    def assert_ended(self, worker, code=0, seconds=60):
        self.assertEqual(worker.wait(timeout=seconds), code, worker.log_path.read_text())


class EachNameOnce(EngineCase):
    """20,000 names, and all that can happen to four machines."""
    NAMES = 20_000
    CHUNK = 500

    def test_killed_frozen_full_poisoned_and_the_engine_killed(self):
        self.lab.stop()
        self.lab = Lab(self.folder, scenario=None, mix=str(harness.SOURCE / "datasets" / "lab" / "mix-internet.json"), names=self.NAMES, seed=5)
        self.addCleanup(self.lab.stop)
        names = self.lab.names()
        self.plan_run(names, self.CHUNK)
        poisoned = self.run_folder / "chunks" / "chunk-00007.ndjson.zst"
        whole = poisoned.read_bytes()
        poisoned.write_bytes(whole[:-9])
        options = ["--lease", "3", "--rate", "12000", "--timeout", "300", "--recheck", "0", "--threads", "1", "--diagnose", "off",
                   "--server-rate", "0", "--server-inflight", "0", "--concurrency", "1500"]
        killed = self.start_worker(*options)
        frozen = self.start_worker(*options)
        full = self.start_worker(*options, limit_file_size=8192)
        last = self.start_worker(*options)
        self.wait_until(lambda: self.chunks_done() >= 2)
        killed.kill()
        frozen.send_signal(signal.SIGSTOP)
        self.assert_ended(full, 1)
        self.engine.kill()
        time.sleep(1)
        self.engine.start()
        time.sleep(4)  # Longer than a lease.
        before = {path.name: path.stat().st_ino for path in self.results()}
        frozen.send_signal(signal.SIGCONT)
        for worker in (last, frozen):  # 1 for those that met the poisoned chunk.
            self.assertIn(worker.wait(timeout=120), (0, 1), worker.log_path.read_text())
        for path in self.results():
            self.assertEqual(before.get(path.name, path.stat().st_ino), path.stat().st_ino, "nothing is overwritten")
        self.assertEqual(list(self.out.glob("*.part*")), [], "nor left over by those that were stopped or gave back")

        verified = self.status("--verify")
        self.assertEqual(verified.returncode, 1)
        self.assertIn("chunk-00007", verified.stderr.decode())
        self.assertIn("dead: chunk-00007, delivered 4 times", self.engine_status())
        poisoned.write_bytes(whole)
        done = self.run_program(CAASCAN, "plan", *self.engine_options(), "-o", self.run_folder, "--retry-dead", "--chunk", "8")
        self.assertEqual(done.returncode, 2, done.stderr.decode())
        self.assert_one_clear_line(done, "--chunk", "8", "not dead")
        done = self.run_program(CAASCAN, "plan", *self.engine_options(), "-o", self.run_folder, "--retry-dead", "--chunk", "7")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn(" 1 dealt out again", done.stderr.decode())
        self.assert_ended(self.start_worker(*options))
        self.assertEqual(self.status("--verify").returncode, 0)
        records = self.folder / "all.ndjson"
        records.write_text("".join(json.dumps(record) + "\n" for record in self.records()))
        truth = self.folder / "truth.ndjson"
        truth.write_text("".join(json.dumps(record) + "\n" for record in self.lab.truth()))
        compared = self.run_program(CAALAB, "compare", "--fields", "outcome", truth, records)
        text = compared.stdout.decode()
        self.assertIn(f"{len(names)} expected, {len(names)} found", text)
        self.assertIn(" 0 missing, 0 extra", text)
        self.assertEqual(len({record["name"] for record in self.records()}), len(names), "none is double")

    def test_a_plan_puts_back_what_has_no_file(self):
        names = self.names(1000)
        self.plan_run(names, 100)
        self.assert_ended(self.start_worker(*FAST))
        self.assert_whole(names)
        for path in self.results()[2:4]:
            path.unlink()
        self.assert_ended(self.start_worker(*FAST))
        self.assertEqual(len(self.results()), 8, "the engine takes them for done")
        again = self.run_program(CAASCAN, "plan", *self.engine_options(), "-o", self.run_folder, "--retry-missing", self.out)
        self.assertIn("2 dealt out again", again.stderr.decode())
        self.assert_ended(self.start_worker(*FAST))
        self.assert_whole(names)

    def test_a_signal_gives_back_at_once(self):
        names = self.names(4000)
        self.plan_run(names, 200)
        first = self.start_worker("--rate", "400", "--server-rate", "0", "--grace", "0")
        self.wait_until(lambda: re.search(r"[1-9]\d* with machines", self.engine_status()))
        first.terminate()
        self.assert_ended(first, 143)
        self.assertIn(", 0 with machines", self.engine_status())
        self.assertIn("; 0 of 4 machines", self.engine_status())

    def test_two_perspectives_scan_each_chunk(self):
        names = self.names(600)
        self.plan_run(names, 100)
        outs = [self.folder / place for place in ("tokyo", "paris")]
        workers = [self.start_worker(*FAST, "--perspective", out.name, "-o", out) for out in outs]
        for worker in workers:
            self.assert_ended(worker)
        for out in outs:
            self.assertEqual(sorted(r["name"] for r in self.records(out)), sorted(names))
        self.assertIn("paris: 600 names done", self.engine_status())
        self.assertIn("tokyo: 600 names done", self.engine_status())


class NoServerSeesMore(EngineCase):
    """One operator for all, and one giant domain, at four machines."""
    NAMES = 2400

    def setUp(self):
        super().setUp()
        self.lab.stop()

    def start_lab(self):
        servers = [{"host": "ns1", "addresses": ["127.20.0.1"]}, {"host": "ns2", "addresses": ["127.20.0.2"]}]
        zones = [{"zone": f"d{i}.test", "servers": [{"host": "ns1.operator.test", "addresses": ["127.20.1.1"]}],
                  "records": ["* CAA 0 issue \"letsencrypt.org\""]} for i in range(self.NAMES // 2)]
        zones.append({"zone": "giant.test", "servers": servers, "records": ["* CAA 0 issue \"letsencrypt.org\""]})
        zones += [{"zone": "test", "servers": 1}, {"zone": ".", "servers": 1}]
        path = self.file("scenario.json", json.dumps({"zones": zones}))
        self.lab = Lab(self.folder, scenario=path, serve=["--windows", "--delay", "40"])
        self.addCleanup(self.lab.stop)
        return [f"www.d{i}.test" for i in range(self.NAMES // 2)] + [f"n{i}.giant.test" for i in range(self.NAMES // 2)]

    @staticmethod
    def most_of(report):
        servers = report["windows"]["servers"].values()
        return max((s["most_in_1s"] for s in servers), default=0), max((s["most_at_once"] for s in servers), default=0)

    def most_so_far(self):
        return self.most_of(self.lab.report())

    def most(self):
        self.lab.stop()
        return self.most_of(json.loads((self.folder / "lab.log").read_text().splitlines()[-1]))

    def test_four_machines_stay_below_one_limit_though_the_engine_is_killed(self):
        names = self.start_lab()
        self.plan_run(names, 50)
        began = time.monotonic()
        workers = [self.start_worker("--threads", "1", "--concurrency", "100") for _ in range(4)]
        # More than the four parts, which are half of the limit: the rest is lent. How soon depends on the machine.
        self.wait_until(lambda: self.most_so_far()[0] > 50, 120)
        self.assertTrue(all(worker.poll() is None for worker in workers), "the engine is killed midway")
        self.engine.kill()
        time.sleep(1.5)
        self.engine.start()
        for worker in workers:
            self.assert_ended(worker, 0, 240)
        took = time.monotonic() - began
        self.assert_whole(names)
        in_1s, at_once = self.most()
        print(f"four machines: at most {in_1s} in a second and {at_once} at once, {took:.1f} s")
        self.assertLessEqual(in_1s, 100)
        self.assertLessEqual(at_once, 32)

    def test_without_the_lender_it_is_more(self):
        names = self.start_lab()
        self.plan("--machines-at-most", self.MACHINES, lines=names, chunk=50)
        workers = []
        for _ in range(4):
            log = open(self.folder / "alone.log", "ab")
            self.addCleanup(log.close)
            worker = subprocess.Popen(self.command("--threads", "1", "--concurrency", "100"), stdout=log, stderr=log)
            self.workers.append(worker)
            workers.append(worker)
        for worker in workers:
            worker.wait(timeout=60)
        in_1s, _ = self.most()
        self.assertGreater(in_1s, 100)


class Told(EngineCase):

    def test_what_is_blocked_is_asked_nothing_more(self):
        scenario = {"zones": [{"zone": "a.test", "servers": [{"host": "ns", "addresses": ["127.20.1.1"]}],
                               "records": ["* CAA 0 issue \"letsencrypt.org\""]},
                              {"zone": "test", "servers": 1}, {"zone": ".", "servers": 1}]}
        self.lab.stop()
        self.lab = Lab(self.folder, scenario=self.file("scenario.json", json.dumps(scenario)))
        self.addCleanup(self.lab.stop)
        self.plan_run([f"n{i}.a.test" for i in range(3000)], 3000)
        worker = self.start_worker()
        self.wait_until(lambda: sum(self.lab.server_counters().get("127.20.1.1", {"x": 0}).values()) > 50)
        done = self.run_program(CAASCAN, "block", *self.engine_options(), "127.20.1.0/24")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assert_ended(worker, 0, 60)
        reasons = collections.Counter(record["reason"] for record in self.records())
        self.assertGreater(reasons["blocklisted"], 1500, reasons)
        self.assertGreater(reasons["issuer_authorized"], 20, reasons)

    def test_status_follows_to_the_end_and_writes_metrics(self):
        names = self.names(800)
        self.plan_run(names, 100)
        metrics = self.folder / "metrics.prom"
        follow = subprocess.Popen([CAASCAN, "status", *self.engine_options(), "--follow", "--metrics", str(metrics)],
                                  stdout=subprocess.PIPE, text=True)
        self.assert_ended(self.start_worker(*FAST))
        text, _ = follow.communicate(timeout=30)
        self.assertEqual(follow.returncode, 0)
        self.assertIn("default: 800 names done, 8 of 8 chunks", text)
        self.assertIn(f'caascan_run_names_done_total{{run="{RUN}",perspective="default"}} 800', metrics.read_text())

    def test_wrong_usage_is_one_line(self):
        self.plan(lines=self.names(10))
        names = self.file("list.txt", "example.com\n")
        url = ["--engine", self.engine.url]
        rows = [
            (["scan", *url, self.run_folder], 2, "--run"),
            (["scan", "--run", "a", self.run_folder], 2, "--engine"),
            (["scan", "--engine", "rediss://x", "--run", "a", self.run_folder], 2, "stunnel"),
            (["scan", *url, "--run", "a b", self.run_folder], 2, "--run"),
            (["scan", *url, "--run", "a", names], 2, "plan"),
            (["status", "--engine", "redis://127.0.0.1:1", "--run", "a"], 1, "cannot reach the engine"),
            (["block", *url, "--run", "a", "example.com"], 2, "no address"),
            (["block", "192.0.2.1"], 2, "--engine"),
            (["status"], 2, "RUN"),
        ]
        for words, code, says in rows:
            with self.subTest(words=words[0]):
                done = self.run_program(CAASCAN, *words)
                self.assertEqual(done.returncode, code, done.stderr.decode())
                self.assertIn(says, done.stderr.decode())
                self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr.decode())

    def test_all_machines_have_the_same_limits(self):
        self.plan_run(self.names(4), 10)
        self.assert_ended(self.start_worker("--server-rate", "50"))
        other = self.start_worker("--server-rate", "60")
        self.assert_ended(other, 2)
        self.assertIn("--server-rate 50", other.log_path.read_text())


class ByTls(EngineCase):

    def test_through_stunnel_with_a_password(self):
        self.engine.stop()
        self.engine = Engine(self.folder, password="s3cret/word")
        self.addCleanup(self.engine.stop)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=queue",
                        "-addext", "subjectAltName=DNS:queue", "-keyout", self.folder / "key.pem",
                        "-out", self.folder / "cert.pem"], check=True, capture_output=True)
        far = self.file("far.conf", f"foreground = yes\npid =\n[redis]\naccept = 127.0.0.1:16380\n"
                        f"connect = 127.0.0.1:{self.engine.port}\ncert = {self.folder}/cert.pem\nkey = {self.folder}/key.pem\n")
        near = self.file("near.conf", "foreground = yes\npid =\n[redis]\nclient = yes\naccept = 127.0.0.1:16381\n"
                         f"connect = 127.0.0.1:16380\nCAfile = {self.folder}/cert.pem\nverifyChain = yes\ncheckHost = queue\n")
        for number, path in enumerate((far, near)):
            server = harness.Server(["stunnel4", str(path)], self.folder / f"stunnel-{number}.log")
            self.addCleanup(server.stop)
        file = self.file("engine", "redis://:s3cret%2Fword@127.0.0.1:16381\n")
        self.engine.url = f"@{file}"
        self.wait_until(lambda: self.run_program(CAASCAN, "status", *self.engine_options()).returncode == 0)
        names = self.names(200)
        self.plan_run(names, 100)
        self.assert_ended(self.start_worker(*FAST))
        self.assert_whole(names)
        wrong = self.run_program(CAASCAN, "status", "--engine", "redis://:other@127.0.0.1:16381", "--run", RUN)
        self.assertEqual(wrong.returncode, 1)
        self.assertNotIn("other", wrong.stderr.decode())


if __name__ == "__main__":
    harness.main()
