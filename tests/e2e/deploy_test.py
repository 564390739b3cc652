"""What is written for Kubernetes, Slurm and docs/scale-out.md says what the program says. kubectl is taken where there is one."""

import pathlib
import shutil
import subprocess
import unittest

import yaml

import harness
from harness import CAASCAN, SOURCE

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
        self.found = [each for folder in ("shards", "shards-report") for each in documents(KUBERNETES / folder)]
        self.jobs = {each["metadata"]["name"]: each for each in self.found if each["kind"] == "Job"}

    def test_the_numbers_of_machines_are_one(self):
        kustomization = yaml.safe_load((KUBERNETES / "shards" / "kustomization.yaml").read_text())
        literals = dict(text.split("=", 1) for text in kustomization["configMapGenerator"][0]["literals"])
        spec = self.jobs["caascan-work"]["spec"]
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
            volumes = {volume["name"] for volume in pod["volumes"]}
            for container in pod.get("initContainers", []) + pod["containers"]:
                self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"], name)
                self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]}, name)
                self.assertIn("memory", container["resources"]["limits"], name)
                self.assertLessEqual({mount["name"] for mount in container["volumeMounts"]}, volumes, name)
        grace = self.jobs["caascan-work"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        line = commands(self.jobs["caascan-work"])[-1][-1]
        self.assertGreater(grace, int(line.split("--grace ")[1].split()[0]))


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
