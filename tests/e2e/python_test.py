"""The Python package, built as a wheel from what `cmake --install` puts in place, against the lab."""

import json
import pathlib
import subprocess
import tempfile

import harness
from harness import BUILD, CAASCAN, SOURCE
from lab import Lab

PYTHON = "/usr/bin/python3"  # Debian's, whose headers the extension is built with.
HEAD = "import itertools, json, sys, threading, caascan\noptions = json.loads(sys.argv[1])\n"


class Python(harness.Case):

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="caascan-python-")
        cls.addClassCleanup(place.cleanup)
        place = pathlib.Path(place.name)
        cls.packages = place / "packages"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", place / "prefix"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cp", "-r", SOURCE / "python", place / "source"], check=True)
        done = subprocess.run([PYTHON, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--target",
                               cls.packages, place / "source"], capture_output=True, text=True, check=False,
                              env={"PATH": "/usr/bin:/bin", "CMAKE_PREFIX_PATH": str(place / "prefix"), "HOME": str(place)})
        assert done.returncode == 0, done.stdout + done.stderr

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)

    def run_python(self, script, timeout=harness.PATIENCE_S):
        """What the script prints, as JSON; `options` are a Scanner's, for the lab."""
        options = {"root_hints": self.lab.hints, "port": self.lab.port, "allow_special": True, "dnssec": "auto", "timeout": 0.3,
                   "recheck": 0}
        done = subprocess.run([PYTHON, "-c", HEAD + script, json.dumps(options)], capture_output=True, text=True, check=False,
                              timeout=timeout, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(self.packages)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_the_records_are_the_labs_truth(self):
        names = self.lab.names()
        records = self.run_python(f"print(json.dumps(list(caascan.check({names!r}, **options))))")
        truth = {record["name"]: record["reason"] for record in self.lab.truth()}
        self.assertEqual({record["name"]: record["reason"] for record in records}, truth)

    def test_names_are_taken_as_they_are_looked_up(self):
        script = """
taken = []
def names():
    for i in itertools.count():
        taken.append(i)
        yield {"name": f"n{i}.example.com", "id": i}
records = list(itertools.islice(caascan.Scanner(**options).check(names()), 300))
print(json.dumps([len({record["id"] for record in records}), len(taken)]))"""
        records, taken = self.run_python(script)
        self.assertEqual(records, 300)
        self.assertLessEqual(taken, 10_300, "of names without end")

    def test_one_scanner_serves_many_threads(self):
        script = """
scanner = caascan.Scanner(**options)
found = []
def ask(n):
    records = scanner.check([f"n{i}.example.com" for i in range(200)], ca=["letsencrypt.org", "DigiCert"][n % 2])
    found.append([n % 2, sorted({record["outcome"] for record in records})])
threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(sorted(found)))"""
        self.assertEqual(self.run_python(script), [[0, ["permit"]], [0, ["permit"]], [1, ["deny"]], [1, ["deny"]]])

    def test_deciding_again_is_what_caascan_decide_does(self):
        names = self.file("names.txt", "".join(name + "\n" for name in self.lab.names()))
        records = str(self.folder / "records.ndjson")
        subprocess.run([CAASCAN, "scan", *self.lab.options(), "--timeout", "300", "--recheck", "0", names, "-o", records],
                       check=True, capture_output=True)
        decided = subprocess.run([CAASCAN, "decide", "--ca", "ca.example", records], check=True, capture_output=True).stdout
        expected = [json.loads(line) for line in decided.splitlines()]
        script = f"records = map(json.loads, open({records!r}))\nprint(json.dumps(list(caascan.decide(records, ca='ca.example'))))"
        self.assertEqual(self.run_python(script), expected)

    def test_what_cannot_be_used_is_an_error(self):
        for call, words in (("caascan.check(['a.example'], ca='no CA', **options)", "neither an issuer domain name nor a known CA"),
                            ("caascan.Scanner(resolvers='nowhere!')", "nowhere!"),
                            ("caascan.Scanner(dnssec='maybe')", "dnssec is"), ("caascan.Scanner(timeout=-1)", "timeout")):
            script = f"try:\n    list({call})\nexcept ValueError as error:\n    print(json.dumps(str(error)))"
            self.assertIn(words, self.run_python(script), call)

    def test_the_stubs_name_what_is_there(self):
        script = """
import ast, importlib.resources
stub = ast.parse(importlib.resources.files("caascan").joinpath("_core.pyi").read_text())
named = {node.name: {part.name for part in node.body if isinstance(part, ast.FunctionDef)} if isinstance(node, ast.ClassDef) else set()
         for node in stub.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
missing = [f"{name}.{part}" for name, parts in named.items() for part in parts | {"__doc__"}
           if not hasattr(getattr(caascan._core, name, None), part)]
extra = [name for name in dir(caascan._core) if not name.startswith("_") and name not in named]
print(json.dumps([missing, extra, importlib.resources.files("caascan").joinpath("py.typed").is_file()]))"""
        self.assertEqual(self.run_python(script), [[], [], True])


if __name__ == "__main__":
    harness.main()
