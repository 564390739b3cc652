"""The README's console blocks, run in order in one shell: each line after "$ " is a command, what follows is what it
prints, "…" standing for anything."""

import os
import re
import subprocess

import harness
from harness import BUILD, SOURCE


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

    def test_the_commands_print_what_the_readme_says(self):
        marker = "--- next step ---"
        listed = list(steps((SOURCE / "README.md").read_text()))
        self.assertGreater(len(listed), 3)
        # The build under test stands where the README has build/, the rest of the repository beside it.
        for entry in SOURCE.iterdir():
            if entry.name not in ("build", ".git"):
                os.symlink(entry, self.folder / entry.name)
        os.symlink(BUILD, self.folder / "build")
        script = "set -e\n" + "".join(f"{command}\necho '{marker}'\n" for command, _ in listed)
        done = subprocess.run(["bash", "-c", script + "kill $(jobs -p)"], cwd=self.folder, capture_output=True,
                              text=True, timeout=harness.PATIENCE_S, check=False)
        printed = done.stdout.split(marker + "\n")
        for (command, expected), output in zip(listed, printed):
            with self.subTest(command=command):
                pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
                self.assertRegex(output.strip(), re.compile(f"^{pattern}$", re.DOTALL), done.stderr)
        self.assertEqual(len(printed), len(listed) + 1, done.stderr)


if __name__ == "__main__":
    harness.main()
