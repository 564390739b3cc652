"""scripts/slurm on a real Slurm with three nodes in the test's own network namespace: an array, one node of which dies.

Slurm's time-outs are short here: a node is down after 5 s (SlurmdTimeout), and what lost its node is told to start again at once.
With Slurm's defaults that takes 25 and 121 s.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest

import harness
from engine import Engine
from harness import CAASCAN, SOURCE, Server
from lab import Lab

SCRIPTS = SOURCE / "scripts" / "slurm"
NODES = 3
NAMES = 3000

CONFIG = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldPort=16817
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/linear
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=5
SlurmctldTimeout=5
MessageTimeout=5
KillWait=2
JobRequeue=1
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port=17001 CPUs=2
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port=17002 CPUs=2
NodeName=node3 NodeHostname={host} NodeAddr=127.0.0.1 Port=17003 CPUs=2
PartitionName=all Nodes=node[1-3] Default=YES State=UP
"""


def processes_of(conf, node=None):
    """Of Slurm's jobs by this configuration, on one node or all."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"SLURM_CONF={conf}".encode() in words and (node is None or f"SLURMD_NODENAME={node}".encode() in words):
            found.append(int(path.name))
    return [pid for pid in found if pid != os.getpid()]


def command_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def parents(pid):
    """The process's parent, its parent and so on."""
    found = []
    while pid > 1:
        try:
            pid = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            break
        found.append(pid)
    return found


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("slurmctld"), "Slurm's daemons want root")
class Slurm(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        # With loopback addresses alone Slurm finds no address family.
        harness.add_address("192.0.2.9")
        (self.folder / "state").mkdir()
        self.conf = self.file("slurm.conf", CONFIG.format(host=socket.gethostname(), folder=self.folder))
        self.file("cgroup.conf", "CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n")
        self.environment = {**os.environ, "SLURM_CONF": self.conf, "CAASCAN": CAASCAN}
        os.environ["SLURM_CONF"] = self.conf
        self.addCleanup(os.environ.pop, "SLURM_CONF")
        self.addCleanup(self.end_jobs)
        self.control = Server(["slurmctld", "-D", "-i", "-f", self.conf], self.folder / "slurmctld.log")
        self.addCleanup(self.control.stop, signal.SIGKILL)
        self.nodes = {}
        self.restarted = set()
        for i in range(1, NODES + 1):
            name = f"node{i}"
            (self.folder / f"spool-{name}").mkdir()
            self.nodes[name] = Server(["slurmd", "-D", "-N", name, "-f", self.conf], self.folder / f"{name}.log")
            self.addCleanup(self.nodes[name].stop, signal.SIGKILL)
        self.control.wait_until(lambda: self.slurm("sinfo", "-h", "-N", "-o", "%t").split() == ["idle"] * NODES)

    def end_jobs(self):
        for pid in processes_of(self.conf):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def slurm(self, *command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30, check=False)
        return done.stdout if done.returncode == 0 else ""

    def submit(self, *arguments):
        done = subprocess.run(["sbatch", "--parsable", f"--chdir={self.folder}", *map(str, arguments)], env=self.environment,
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def states(self):
        return self.slurm("squeue", "-h", "-a", "-r", "-o", "%A %t %N")

    def logs(self):
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(self.folder.glob("slurm*.out"))) + (
            self.states() + self.slurm("scontrol", "show", "job")[-3000:] + self.slurm("sinfo", "-N"))

    def wait_for(self, is_true, patience_s=60):
        deadline = time.monotonic() + patience_s
        while not is_true():
            self.assertLess(time.monotonic(), deadline, self.logs())
            time.sleep(0.1)

    def kill_node(self, name):
        """As if its power were cut."""
        self.nodes[name].stop(signal.SIGKILL)
        tasks = processes_of(self.conf, name)
        self.assertGreater(len(tasks), 0)
        # Slurm's own process first: it would tell of the tasks' end.
        victims = [pid for task in tasks for pid in parents(task) if command_of(pid).startswith("slurmstepd")] + tasks
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def restart(self, array):
        """What was requeued starts at once: Slurm would wait until the credential of its first start has expired."""
        for line in self.slurm("squeue", "-h", "-a", "-r", "-t", "PD", "-o", "%A %F").splitlines():
            job, of = line.split()
            if of == array:
                self.restarted.add(job)
                self.slurm("scontrol", "update", f"jobid={job}", "starttime=now")
        return True

    def names(self):
        return [f"d{i}.com" for i in range(NAMES)]

    def records(self, pattern, folder):
        data = b"".join(path.read_bytes() for path in sorted(folder.glob(pattern)))
        text = subprocess.run(["zstd", "-dcq"], input=data, check=True, stdout=subprocess.PIPE).stdout
        return [json.loads(line)["name"] for line in text.splitlines()]

    def run_array(self, script, *arguments, started, more=()):
        """An array of one task a node. The node of one dies; the report comes after all of them."""
        array = self.submit("--array=1-3", SCRIPTS / script, *arguments, *self.lab.options(), "--rate", "1200", "--server-rate", "0",
                            "--concurrency", "100", *more)
        self.wait_for(lambda: self.states().count(" R ") == NODES and started())
        self.kill_node("node2")
        out = arguments[-1]
        report = self.submit(f"--dependency=afterok:{array}", SCRIPTS / "report.sbatch", out)
        self.wait_for(lambda: self.restart(array) and self.states().strip() in ("", report + " PD"))
        self.assertIn("node2", self.slurm("sinfo", "-h", "-N", "-t", "down", "-o", "%N"))
        self.wait_for(lambda: not self.states().strip())
        self.assertEqual(len(self.restarted), 1, "the task of the node that died, and no other")
        self.assertTrue((pathlib.Path(out) / "report.html").exists(), report + self.logs())

    def test_shards(self):
        names = self.file("names.txt", "".join(name + "\n" for name in self.names()))
        out = self.folder / "out"
        self.run_array("shards.sbatch", names, out, started=lambda: len(list(out.glob("shard-*.zst"))) == NODES)
        self.assertEqual(sorted(self.records("shard-*.ndjson.zst", out)), sorted(self.names()))

    def test_chunks(self):
        names = self.file("names.txt", "".join(name + "\n" for name in self.names()))
        run = self.folder / "run"
        done = self.run_program(CAASCAN, "plan", "--chunk", "100", "-o", run, names)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.run_array("chunks.sbatch", run, started=lambda: len(list(run.glob("out/*.lock"))) > 0)
        self.assertEqual(sorted(self.records("out/chunk-*.ndjson.zst", run)), sorted(self.names()))

    def test_chunks_that_an_engine_deals_out(self):
        engine = Engine(self.folder, password="secret")
        self.addCleanup(engine.stop)
        url = "@" + self.file("url", engine.url + "\n")
        names = self.file("names.txt", "".join(name + "\n" for name in self.names()))
        run = self.folder / "run"
        done = self.run_program(CAASCAN, "plan", "--engine", url, "--run", "test", "--machines-at-most", NODES, "--chunk", "100", "-o",
                                run, names)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.run_array("engine.sbatch", url, "test", run, started=lambda: len(list(run.glob("out/chunk-*"))) > 0,
                       more=["--lease", "3"])
        self.assertEqual(sorted(self.records("out/chunk-*.ndjson.zst", run)), sorted(self.names()))


if __name__ == "__main__":
    harness.main()
