"""What `cmake --install` puts in place works from there: programs, man pages, completions, and the CMake package."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import harness
from harness import BUILD

CONSUMER_LISTS = """cmake_minimum_required(VERSION 3.25)
project(consumer CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(caascan REQUIRED {components})
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
        self.assertEqual(self.installed("share/man/man[57]/*"), ["caascan-findings.7", "caascan-record.5"])
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

    def run_all(self, *commands, **settings):
        """Runs commands in the test's folder; gives what the last one printed."""
        for command in commands:
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, **settings)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def build_consumer(self, target, source, components="", *options):
        self.file("CMakeLists.txt", CONSUMER_LISTS.format(target=target, components=components))
        self.file("consumer.cc", source)
        self.run_all(["cmake", "-G", "Ninja", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}", *options],
                     ["cmake", "--build", "build"], ["build/consumer"])

    def needed_libraries(self, program):
        """The libraries that the program itself names."""
        text = self.run_all(["objdump", "-p", program])
        return [line.split()[1] for line in text.splitlines() if line.split()[:1] == ["NEEDED"]]

    def test_another_project_decides_with_the_package(self):
        self.build_consumer("caascan::caa", CONSUMER)

    def test_the_decision_alone_needs_nothing_of_the_network(self):
        self.build_consumer("caascan::caa", CONSUMER, "COMPONENTS caa", "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON",
                            "-DCMAKE_DISABLE_FIND_PACKAGE_simdjson=ON")

    def test_another_project_scans_with_the_package(self):
        self.build_consumer("caascan::caascan", SCANNING_CONSUMER)

    def test_another_project_scans_with_the_shared_library(self):
        self.build_consumer("caascan::shared", SCANNING_CONSUMER, "COMPONENTS shared", "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON")
        self.assertIn(self.soname(), self.needed_libraries("build/consumer"))

    def test_a_component_that_is_not_there_is_named(self):
        self.file("CMakeLists.txt", CONSUMER_LISTS.format(target="caascan::caa", components="COMPONENTS nonsense"))
        self.file("consumer.cc", CONSUMER)
        done = subprocess.run(["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}"], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nonsense", done.stderr)

    def soname(self):
        """The shared library's, by its two first version numbers, since a minor version may change it until 1.0."""
        version = self.run_program(f"{self.prefix}/bin/caascan", "--version").stdout.decode().split()[1]
        return "libcaascan.so." + ".".join(version.split(".")[:2])

    def test_pkg_config_knows_the_shared_library(self):
        self.file("consumer.cc", SCANNING_CONSUMER)
        found = next(pathlib.Path(self.prefix).rglob("caascan.pc")).parent
        environment = {**os.environ, "PKG_CONFIG_PATH": str(found)}
        flags = self.run_all(["pkg-config", "--cflags", "--libs", "caascan"], env=environment).split()
        version = self.run_all(["pkg-config", "--modversion", "caascan"], env=environment).strip()
        self.assertEqual(self.soname(), "libcaascan.so." + ".".join(version.split(".")[:2]))
        self.run_all(["c++", "consumer.cc", "-o", "consumer", *flags], ["./consumer"],
                     env={**environment, "LD_LIBRARY_PATH": str(found.parent)})

    def test_the_shared_library_exports_the_public_interface_alone(self):
        library = next(pathlib.Path(self.prefix).rglob("libcaascan.so"))
        text = self.run_all(["nm", "-DC", "--defined-only", library])
        strong = [line.split(maxsplit=2)[2] for line in text.splitlines() if line.split()[1] in "TDBR"]
        self.assertIn("caascan::RunScan(", "\n".join(strong))
        foreign = [name for name in strong if not re.search(r"(^| |:)caascan::[A-Z]|^guard variable", name) or "CAASCAN_" not in name]
        self.assertEqual(foreign, [])

    def test_what_scripts_read_is_there(self):
        share = pathlib.Path(self.prefix) / "share" / "caascan"
        source = harness.SOURCE
        for here, there in (("docs", "schemas"), ("docs/sql", "sql"), ("docs/grafana", "grafana"), ("datasets/lab", "datasets/lab"),
                            ("examples", "examples")):
            wanted = sorted(path.name for path in (source / here).glob("*.schema.json" if there == "schemas" else "*"))
            self.assertEqual(sorted(path.name for path in (share / there).iterdir()), wanted, there)
        for table in ("cas.tsv", "operators.tsv"):
            self.assertEqual((share / "datasets" / table).read_text(), (source / "datasets" / table).read_text())

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
