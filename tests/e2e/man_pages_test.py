"""Every man page is clean roff with the usual sections, lists exactly the options of --help, and has examples that run."""

import json
import re
import shlex
import shutil
import subprocess

import harness
from harness import BUILD, CAALAB, CAASCAN, SOURCE
from lab import Lab

PAGES = BUILD / "documents"
PROGRAMS = {"caascan": CAASCAN, "caalab": CAALAB}
SECTION = re.compile(r"^\.SH (.*)$", re.MULTILINE)
# An option in the first column of --help, and as the term of an item in a page.
IN_HELP = re.compile(r"^  (-[^ ]*)", re.MULTILINE)
IN_PAGE = re.compile(r"^\.TP\n\\fB(-.*?)\\fR", re.MULTILINE)
# The mark of examples that need the Internet, an engine or a run of chunks, or that serve: only their options are checked.
NEEDS_MORE = ("redis://", " scan ", " serve ", " check ", "run/", "/data/january", "--dnstap")


def plain(roff):
    return roff.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")


def names_of(found):
    """Every spelling of the options: "-o,--output" are two."""
    return {name for match in found for name in re.split(r", ?", match)}


def examples(roff):
    """The literal lines of the section EXAMPLES, each command whole."""
    section = plain(roff).split(".SH EXAMPLES\n", 1)[1].split(".SH ", 1)[0]
    lines = [line for block in re.findall(r"\.nf\n\.RS\n(.*?)\.RE\n\.fi", section, re.DOTALL) for line in block.splitlines()]
    whole = re.sub(r"(\\|\|)\n *", lambda match: "" if match.group(1) == "\\" else "| ", "\n".join(lines))
    return whole.splitlines()


class ManPages(harness.Case):

    def pages(self):
        found = sorted(PAGES.glob("caa*.[157]"))
        self.assertGreater(len(found), 14)
        return {path.name: path.read_text() for path in found}

    def test_man_has_no_warning(self):
        for name in self.pages():
            with self.subTest(page=name):
                done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", PAGES / name], capture_output=True, text=True,
                                      env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""}, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_sections_are_short_headings(self):
        for name, roff in self.pages().items():
            with self.subTest(page=name):
                sections = SECTION.findall(plain(roff))
                for heading in sections:
                    self.assertRegex(heading, r"^[A-Z][A-Z ]*$|^MEMBERS OF [A-Z_.\[\]]+$")
                self.assertEqual(len(sections), len(set(sections)), sections)
                self.assertEqual(sections[0], "NAME")
                self.assertEqual(sections[-1], "SEE ALSO")
                self.assertIn("DESCRIPTION", sections)
                if name != "caascan.1":
                    self.assertIn("EXAMPLES", sections)
                if name.endswith(".1") and name != "caascan.1":
                    self.assertIn("EXIT STATUS", sections)

    def test_every_page_that_is_referred_to_exists(self):
        pages = self.pages()
        for name, roff in pages.items():
            for page, section in re.findall(r"\b(caa[a-z-]+) ?\(([0-9])\)", plain(roff)):
                self.assertIn(f"{page}.{section}", pages, name)

    def commands(self):
        """(words of the command, its page) for each program and subcommand."""
        for program, path in PROGRAMS.items():
            yield [path], f"{program}.1"
            listed = subprocess.run([path, "--help"], capture_output=True, text=True, check=True).stdout
            for subcommand in re.findall(r"^  ([a-z]+) ", listed.split("Subcommands:", 1)[1].split("\n\n", 1)[0], re.MULTILINE):
                yield [path, subcommand], f"{program}.1" if program == "caalab" else f"{program}-{subcommand}.1"

    def test_help_and_man_page_have_the_same_options(self):
        pages, shown = self.pages(), {}
        for command, page in self.commands():
            with self.subTest(command=command[1:], page=page):
                listed = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
                shown.setdefault(page, set()).update(names_of(IN_HELP.findall(listed)))
        self.assertEqual(len(shown), 14)
        for page, options in shown.items():
            self.assertEqual(options, names_of(IN_PAGE.findall(plain(pages[page]))), page)

    def test_no_page_names_an_option_that_is_not_there(self):
        known = set()
        for command, _ in self.commands():
            known |= set(re.findall(r"--[a-z][a-z0-9-]+", subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
                                    .stdout.split("Options:", 1)[-1]))
        listed = {option for _, roff in self.pages().items() for option in names_of(IN_PAGE.findall(plain(roff)))}
        for name, roff in self.pages().items():
            for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", plain(roff)):
                self.assertIn(option, listed, name)
        self.assertLessEqual(listed - {option for option in listed if not option.startswith("--")}, known)

    def test_every_member_and_code_is_in_its_page(self):
        pages = self.pages()
        schema = json.loads((SOURCE / "docs" / "record.schema.json").read_text())
        record, findings = plain(pages["caascan-record.5"]), plain(pages["caascan-findings.7"])
        for member in schema["properties"]:
            self.assertIn(f"\\fB{member}\\fR", record)
        for reason in schema["properties"]["reason"]["enum"]:
            self.assertIn(f"\\fB{reason}\\fR", record)
        for code in schema["$defs"]["finding"]["properties"]["code"]["enum"]:
            self.assertIn(f"\\fB{code}\\fR", findings)

    def prepare(self):
        """A folder with what the examples read: records of the lab's names, under every name that an example has."""
        folder = self.folder / "inputs"
        folder.mkdir()
        lab = Lab(self.folder)
        self.addCleanup(lab.stop)
        records = folder / "out.ndjson"
        done = self.run_program(CAASCAN, "scan", *lab.options(), "--timeout", "200", "--recheck", "0", "-o", records,
                                "--zones", folder / "zones.ndjson", stdin="\n".join(lab.names()) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        for name in ("yesterday", "monday", "tuesday", "orders.out", "a", "t", "p"):
            shutil.copy(records, folder / f"{name}.ndjson")
        for name in ("monday", "tuesday", "shard-3"):
            subprocess.run(["zstd", "-q", "-o", folder / f"{name}.ndjson.zst", records], check=True)
        shutil.copy(folder / "zones.ndjson", folder / "zones-1.ndjson")
        subprocess.run(["zstd", "-q", "-o", folder / "zones-2.ndjson.zst", folder / "zones.ndjson"], check=True)
        subprocess.run([CAASCAN, "report", "--partial", "-o", folder / "shard-3.partial.gz", records], check=True, capture_output=True)
        (folder / "datasets").symlink_to(SOURCE / "datasets")
        (self.folder / "bin").mkdir()
        for program, path in PROGRAMS.items():
            (self.folder / "bin" / program).symlink_to(path)
        return folder

    def run_example(self, line, folder):
        """An example may write what an earlier one has written."""
        for output in re.findall(r" -o (\S+\.\w+)", line):
            (folder / output).unlink(missing_ok=True)
        line = line.replace('"Example DNS"', "example.com")  # An operator of the lab.
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=folder, capture_output=True, text=True, check=False,
                              timeout=harness.PATIENCE_S, env={"PATH": f"{self.folder}/bin:/usr/bin:/bin", "HOME": str(folder)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_examples_run(self):
        inputs, ran = self.prepare(), 0
        for name, roff in sorted(self.pages().items()):
            folder = shutil.copytree(inputs, self.folder / name, symlinks=True)
            for line in examples(roff) if ".SH EXAMPLES" in roff else ():
                with self.subTest(page=name, line=line):
                    subprocess.run(["bash", "-n", "-c", line], check=True)
                    self.check_options(line)
                    if not any(need in line for need in NEEDS_MORE):
                        ran += 1
                        self.run_example(line, folder)
        self.assertGreater(ran, 25)

    def check_options(self, line):
        """Each option of the caascan command in the line is one of that subcommand's."""
        for call in re.findall(r"\b(caascan|caalab) ([a-z]+)(.*?)(?:$|&&|\|)", line):
            listed = subprocess.run([PROGRAMS[call[0]], call[1], "--help"], capture_output=True, text=True, check=True).stdout
            options = [word for word in shlex.split(call[2]) if word.startswith("-")]
            self.assertLessEqual(set(options), names_of(IN_HELP.findall(listed)), line)


if __name__ == "__main__":
    harness.main()
