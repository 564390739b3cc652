"""What a release says of itself in several files is one: versions, packages, licences; and rows of data that grow old are listed."""

import re
import shutil
import subprocess
import unittest

import harness
from harness import CAASCAN, SOURCE


def run_script(name, *arguments):
    return subprocess.run([SOURCE / "scripts" / name, *arguments], capture_output=True, text=True, check=False)


class ReleaseFiles(harness.Case):

    def test_files_agree_on_the_version(self):
        done = run_script("release", "--check")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        version = self.run_program(CAASCAN, "--version").stdout.decode().split()[1]
        self.assertEqual(done.stdout, f"release: files agree on {version}\n")

    def test_a_file_with_another_version_is_named(self):
        copy = self.folder / "copy"
        files = ["CMakeLists.txt", "CHANGELOG.md", "CITATION.cff", "python/setup.py", "debian", "scripts"]
        for name in files:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (SOURCE / name).is_dir() else shutil.copy)(SOURCE / name, copy / name)
        citation = copy / "CITATION.cff"
        citation.write_text(re.sub(r"^version: .*$", "version: 0.0.7", citation.read_text(), flags=re.MULTILINE))
        # Without reuse on the way, since the copy has no licences.
        done = subprocess.run([copy / "scripts/release", "--check"], capture_output=True, text=True, check=False,
                              env={"PATH": self.path_without_reuse()})
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        complaints = done.stderr.splitlines()
        self.assertEqual([line.split(":")[1].strip() for line in complaints], ["CITATION.cff"], complaints)

    def path_without_reuse(self):
        tools = self.folder / "tools"
        tools.mkdir()
        for tool in ("bash", "dirname", "readlink", "sed", "grep", "head", "diff", "sort"):
            (tools / tool).symlink_to(shutil.which(tool))
        return str(tools)

    def test_rows_older_than_a_year_are_listed(self):
        counts = re.compile(r"^datasets/(\S+): (\d+) of (\d+) rows", re.MULTILINE)
        old = counts.findall(run_script("stale-rows", "--date", "2100-01", "--count").stdout)
        new = counts.findall(run_script("stale-rows", "--date", "2000-01", "--count").stdout)
        self.assertEqual([(table, stale) for table, stale, _ in old], [(table, rows) for table, _, rows in old])
        self.assertEqual([stale for _, stale, _ in new], ["0", "0"])
        listed = run_script("stale-rows", "--date", "2100-01").stdout.splitlines()
        for line in listed:
            if " rows are older" not in line:
                self.assertRegex(line, r"^datasets/\w+\.tsv:\d+: \S.*, of 20\d\d-\d\d: \S.*")
        self.assertGreaterEqual(len(listed) - 2, sum(int(rows) for _, _, rows in old))


if __name__ == "__main__":
    unittest.main(verbosity=2)
