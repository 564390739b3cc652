"""The console blocks of README.md and of the pages of docs/, each page run in order in one shell: a line after "$ " is a
command, what follows is what it prints, "…" standing for anything. Other blocks with commands of caascan or caalab, which
need more than the lab, must have options that exist, and so must options that the text names."""

import os
import re
import subprocess

import harness
from harness import BUILD, CAALAB, CAASCAN, SOURCE

PROGRAMS = {"caascan": CAASCAN, "caalab": CAALAB}
PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]
# A block with commands of a shell: marked as such, or indented.
SHELL_BLOCK = re.compile(r"```(?:sh|bash|console)\n(.*?)```|((?:^    [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|[\s/(`])(caascan|caalab) ([a-z]+)\b([^|&;)\n]*)", re.MULTILINE)

def steps(text):
    """(command, expected output) of every console block."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, expected = part.split("\n", 1)
            while command.endswith("\\"):
                more, expected = expected.split("\n", 1)
                command = command + "\n" + more.removeprefix("> ")
            yield command, expected


class Readme(harness.Case):

    def run_page(self, page):
        marker = "--- next step ---"
        listed = list(steps(page.read_text()))
        # The build under test stands where the pages have build/, the rest of the repository beside it.
        folder = self.folder / page.stem
        folder.mkdir()
        for entry in SOURCE.iterdir():
            if entry.name not in ("build", ".git"):
                os.symlink(entry, folder / entry.name)
        os.symlink(BUILD, folder / "build")
        script = "set -e\n" + "".join(f"{command}\necho '{marker}'\n" for command, _ in listed)
        done = subprocess.run(["bash", "-c", script + "kill $(jobs -p); wait"], cwd=folder, capture_output=True,
                              text=True, timeout=harness.PATIENCE_S, check=False)
        printed = done.stdout.split(marker + "\n")
        for (command, expected), output in zip(listed, printed):
            with self.subTest(page=page.name, command=command):
                pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
                self.assertRegex(output.strip(), re.compile(f"^{pattern}$", re.DOTALL), done.stderr)
        self.assertEqual(len(printed), len(listed) + 1, done.stderr)
        return len(listed)

    def test_the_commands_print_what_the_pages_say(self):
        ran = {page.name: self.run_page(page) for page in PAGES if "```console" in page.read_text()}
        self.assertLessEqual({"README.md", "scanning.md", "reports.md", "dnssec.md", "one-name.md"}, set(ran))
        self.assertGreater(sum(ran.values()), 40)

    def options_of(self, program, subcommand):
        done = self.run_program(PROGRAMS[program], subcommand, "--help")
        self.assertEqual(done.returncode, 0, f"{program} {subcommand}")
        return {name for names in re.findall(r"^  (-[^ ]*)", done.stdout.decode(), re.MULTILINE) for name in names.split(",")}

    def test_every_option_in_a_command_exists(self):
        known, seen = {}, 0
        for page in [*PAGES, *sorted((SOURCE / "datasets").rglob("*.md"))]:
            for block in SHELL_BLOCK.findall(page.read_text()):
                text = re.sub(r"\\\n>?", " ", "".join(block))
                for program, subcommand, rest in CALL.findall(text):
                    if (program, subcommand) not in known:
                        known[program, subcommand] = self.options_of(program, subcommand)
                    for word in re.findall(r"(?<!\S)(--?[a-z][a-z0-9-]*)", re.sub(r"'[^']*'", "", rest)):
                        self.assertIn(word, known[program, subcommand], f"{page.name}: {program} {subcommand}{rest}")
                    seen += 1
        self.assertGreater(seen, 40)

    def test_every_option_in_the_text_exists(self):
        """An option that a page names alone, as `--option`, is one of caascan's or caalab's."""
        known = set()
        for program, path in PROGRAMS.items():
            listed = self.run_program(path, "--help").stdout.decode()
            known |= set(re.findall(r"--[a-z-]+", listed))
            for subcommand in re.findall(r"^  ([a-z]+) ", listed.split("Subcommands:", 1)[1].split("\n\n", 1)[0], re.MULTILINE):
                known |= self.options_of(program, subcommand)
        for page in PAGES:
            for option in re.findall(r"`(--[a-z][a-z0-9-]*)[^`\n]*`", page.read_text()):
                self.assertIn(option, known, page.name)


if __name__ == "__main__":
    harness.main()
