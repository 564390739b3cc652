"""What `cmake --install` puts in place works from there: programs, man pages, completions, and the CMake package."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import harness
from harness import BUILD

CONSUMER_LISTS = """cmake_minimum_required(VERSION 3.25)
project(consumer CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(caascan REQUIRED)
add_executable(consumer consumer.cc)
target_link_libraries(consumer PRIVATE {target})
"""
CONSUMER = """#include <caascan/caa.h>

int main() {
  const caascan::CaaRecord record{.flags = 0, .tag = "issue", .value = "letsencrypt.org"};
  caascan::IssuanceRequest request;
  request.issuer_domains = {"ca.example"};
  const caascan::Decision decision = caascan::Decide({&record, 1}, request);
  return decision.reason == caascan::DecisionReason::kIssuerNotAuthorized ? 0 : 1;
}
"""
SCANNING_CONSUMER = """#include <caascan/scanner.h>

int main() {
  caascan::ScanOptions options;
  options.inputs = {"/dev/null"};
  caascan::ScanSummary summary;
  return caascan::RunScan(options, &summary).ok() && summary.names_in == 0 ? 0 : 1;
}
"""


class Install(harness.Case):

    @classmethod
    def setUpClass(cls):
        prefix = tempfile.TemporaryDirectory(prefix="caascan-install-")
        cls.addClassCleanup(prefix.cleanup)
        cls.prefix = prefix.name
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.prefix], check=True, stdout=subprocess.DEVNULL)

    def installed(self, pattern):
        return sorted(os.path.basename(path) for path in pathlib.Path(self.prefix).glob(pattern))

    def test_programs_pages_and_completions_are_where_the_platform_keeps_them(self):
        self.assertEqual(self.installed("bin/*"), ["caalab", "caascan"])
        self.assertEqual(self.installed("share/man/man1/*"),
                         ["caalab.1", "caascan-block.1", "caascan-check.1", "caascan-corroborate.1", "caascan-decide.1", "caascan-diff.1",
                          "caascan-explain.1", "caascan-history.1", "caascan-plan.1", "caascan-report.1", "caascan-scan.1",
                          "caascan-serve.1", "caascan-status.1", "caascan.1"])
        self.assertEqual(self.installed("share/bash-completion/completions/*"), ["caalab", "caascan"])
        self.assertEqual(self.installed("share/zsh/site-functions/*"), ["_caalab", "_caascan"])
        self.assertEqual(self.installed("share/fish/vendor_completions.d/*"), ["caalab.fish", "caascan.fish"])

    def test_only_public_headers_are_installed(self):
        headers = {path.relative_to(self.prefix).as_posix() for path in pathlib.Path(self.prefix).rglob("*.h")}
        public = {f"include/caascan/{path.name}" for path in (harness.SOURCE / "include" / "caascan").glob("*.h")}
        self.assertEqual(headers, public)

    def test_the_installed_program_runs(self):
        done = self.run_program(f"{self.prefix}/bin/caascan", "--version")
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def build_consumer(self, target, source):
        self.file("CMakeLists.txt", CONSUMER_LISTS.format(target=target))
        self.file("consumer.cc", source)
        for command in (["cmake", "-G", "Ninja", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}"],
                        ["cmake", "--build", "build"], ["build/consumer"]):
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_another_project_decides_with_the_package(self):
        self.build_consumer("caascan::caa", CONSUMER)

    def test_another_project_scans_with_the_package(self):
        self.build_consumer("caascan::caascan", SCANNING_CONSUMER)

    def test_the_examples_build_and_do_what_they_say(self):
        for command in (["cmake", "-G", "Ninja", "-S", str(harness.SOURCE / "examples"), "-B", "build",
                         f"-DCMAKE_PREFIX_PATH={self.prefix}"], ["cmake", "--build", "build"]):
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        decide = lambda *arguments: subprocess.run([str(self.folder / "build/decide"), *arguments], capture_output=True, text=True,
                                                   check=False)
        self.assertEqual(decide("ca.example", "0 issue ca.example").stdout, "permit, issuer_authorized\n")
        self.assertEqual(decide("ca.example", "0 issue ;", "128 new x").stdout, "deny, unknown_critical_property\n")
        # Nothing is asked for what is no name, so no resolver needs to be there.
        done = subprocess.run([str(self.folder / "build/issue"), "127.0.0.1"], input="no name!\n", capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "no name!: refuse, invalid_name\n"), done.stderr)

    def test_the_units_are_sound(self):
        units = pathlib.Path(self.prefix) / "share/doc/caascan/systemd"
        service = (units / "caascan.service").read_text()
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", units / "caascan.service"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        here = self.folder / "caascan.service"
        here.write_text("".join(line for line in service.splitlines(True) if not line.startswith("Documentation="))
                        .replace("/usr/bin/caascan", f"{self.prefix}/bin/caascan"))
        (self.folder / "caascan.socket").write_text((units / "caascan.socket").read_text())
        done = subprocess.run(["systemd-analyze", "verify", here, self.folder / "caascan.socket"], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
