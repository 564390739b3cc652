"""What is written for Kubernetes, Slurm and docs/scale-out.md says what the program says. kubectl is taken where there is one."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import yaml

import harness
from harness import CAASCAN, SOURCE, Server

KUBERNETES = SOURCE / "deploy" / "kubernetes"


def documents(folder):
    """What is applied: by kubectl's own Kustomize, or else the resources as they lie."""
    if shutil.which("kubectl"):
        text = subprocess.run(["kubectl", "kustomize", folder], check=True, capture_output=True, text=True).stdout
        return [document for document in yaml.safe_load_all(text) if document]
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    return [document for name in kustomization["resources"] for document in yaml.safe_load_all((folder / name).read_text())]


def commands(job):
    pod = job["spec"]["template"]["spec"]
    return [container["command"] for container in pod.get("initContainers", []) + pod["containers"]]


class Kubernetes(unittest.TestCase):

    def setUp(self):
        self.folders = {folder: documents(KUBERNETES / folder) for folder in ("shards", "shards-report", "engine")}
        self.found = [each for found in self.folders.values() for each in found]
        self.jobs = {f"{folder}/{each['metadata']['name']}": each for folder, found in self.folders.items() for each in found
                     if each["kind"] in ("Job", "StatefulSet")}

    def test_the_numbers_of_machines_are_one(self):
        kustomization = yaml.safe_load((KUBERNETES / "shards" / "kustomization.yaml").read_text())
        literals = dict(text.split("=", 1) for text in kustomization["configMapGenerator"][0]["literals"])
        spec = self.jobs["shards/caascan-work"]["spec"]
        self.assertEqual({int(literals["MACHINES"]), spec["completions"], spec["parallelism"]}, {spec["completions"]})
        self.assertEqual(spec["completionMode"], "Indexed")

    def test_the_options_are_the_programs(self):
        helps = {name: subprocess.run([CAASCAN, name, "--help"], check=True, capture_output=True, text=True).stdout
                 for name in ("plan", "scan", "status", "report")}
        seen = set()
        for job in self.jobs.values():
            for _, _, line in commands(job):
                subprocess.run(["sh", "-n", "-c", line], check=True)
                for call in line.split("caascan ")[1:]:
                    words = call.split()
                    seen.add(words[0])
                    for word in words[1:]:
                        if word.startswith("-"):
                            self.assertIn(word, helps[words[0]], line)
        self.assertEqual(seen, set(helps))

    def test_pods_have_no_more_rights_than_they_need(self):
        for name, job in self.jobs.items():
            pod = job["spec"]["template"]["spec"]
            self.assertTrue(pod["securityContext"]["runAsNonRoot"], name)
            self.assertFalse(pod["automountServiceAccountToken"], name)
            volumes = {volume["name"] for volume in pod.get("volumes", [])}
            volumes |= {claim["metadata"]["name"] for claim in job["spec"].get("volumeClaimTemplates", [])}
            for container in pod.get("initContainers", []) + pod["containers"]:
                self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"], name)
                self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]}, name)
                self.assertIn("memory", container["resources"]["limits"], name)
                self.assertLessEqual({mount["name"] for mount in container["volumeMounts"]}, volumes, name)
        for name in ("shards/caascan-work", "engine/caascan-work"):
            grace = self.jobs[name]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
            line = commands(self.jobs[name])[-1][-1]
            self.assertGreater(grace, int(line.split("--grace ")[1].split()[0]))

    def test_no_more_pods_than_the_run_was_planned_for(self):
        kustomization = yaml.safe_load((KUBERNETES / "engine" / "kustomization.yaml").read_text())
        literals = dict(text.split("=", 1) for text in kustomization["configMapGenerator"][0]["literals"])
        spec = self.jobs["engine/caascan-work"]["spec"]
        self.assertLessEqual(spec["parallelism"], int(literals["MACHINES_AT_MOST"]))
        self.assertNotIn("completions", spec)

    def test_the_pods_reach_the_engine_and_know_its_password(self):
        password = (KUBERNETES / "engine" / "password.env").read_text().strip().removeprefix("PASSWORD=")
        url = (KUBERNETES / "engine" / "url").read_text().strip()
        service = next(each for each in self.folders["engine"] if each["kind"] == "Service")
        name, port = service["metadata"]["name"], service["spec"]["ports"][0]["port"]
        self.assertEqual(url, f"redis://:{password}@{name}:{port}")
        policy = next(each for each in self.folders["engine"] if each["kind"] == "NetworkPolicy")["spec"]
        queue = self.jobs["engine/queue"]["spec"]["template"]["metadata"]["labels"]
        for selector in (policy["podSelector"]["matchLabels"], service["spec"]["selector"]):
            self.assertLessEqual(selector.items(), queue.items())
        allowed = policy["ingress"][0]["from"][0]["podSelector"]["matchLabels"]
        for job in ("engine/caascan-plan", "engine/caascan-work"):
            template = self.jobs[job]["spec"]["template"]
            self.assertLessEqual(allowed.items(), template["metadata"]["labels"].items())
            mounts = {mount["name"]: mount["mountPath"] for mount in template["spec"]["containers"][0]["volumeMounts"]}
            self.assertIn(f"--engine @{mounts['engine']}/url ", commands(self.jobs[job])[-1][-1])

    def test_the_engine_starts_by_its_command_with_a_password(self):
        """With the packaged redis-server, and a folder in the place of the volume."""
        line = commands(self.jobs["engine/queue"])[0][-1]
        with tempfile.TemporaryDirectory() as folder:
            server = Server(["env", "PASSWORD=change-me", "sh", "-c", line.replace("--dir /data", f"--dir {folder} --port 16390")],
                            pathlib.Path(folder) / "log")
            self.addCleanup(server.stop)
            answer = lambda *more: subprocess.run(["redis-cli", "-p", "16390", "--no-auth-warning", *more, "PING"],
                                                  capture_output=True, text=True, check=False).stdout
            server.wait_until(lambda: answer("-a", "change-me") == "PONG\n")
            self.assertIn("NOAUTH", answer())


class Pages(unittest.TestCase):

    def test_the_table_is_what_bench_simulate_says(self):
        table = subprocess.run([SOURCE / "bench" / "simulate"], check=True, capture_output=True, text=True).stdout
        self.assertGreater(len(table.splitlines()), 12)
        self.assertIn(table, (SOURCE / "docs" / "scale-out.md").read_text())

    def test_the_scripts_of_slurm_are_sound_and_say_their_usage(self):
        scripts = sorted(pathlib.Path(SOURCE / "scripts" / "slurm").glob("*.sbatch"))
        self.assertGreaterEqual(len(scripts), 3)
        for script in scripts:
            subprocess.run(["bash", "-n", script], check=True)
            done = subprocess.run(["bash", script], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, script)
            self.assertIn("usage: sbatch", done.stderr)


if __name__ == "__main__":
    harness.main()
