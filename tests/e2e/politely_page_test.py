"""What docs/scanning-politely.md says of the defaults and options is so."""

import re

import harness
from harness import CAASCAN, SOURCE

PAGE = SOURCE / "docs" / "scanning-politely.md"
# Sentences with a number in it, and what --help says of the same.
NUMBERS = {
    r"at most (\d+) queries a second and": r"--server-rate N +.*?default (\d+)",
    r"and (\d+) at once to any one address": r"--server-inflight N +.*?default (\d+)",
    r"a name waits (\d+) s for an answer": r"--timeout MS +.*?default (\d+)000\)",
    r"every (\d+)th after it": r"every (\d+)th after it",
    r"EDNS option (\d+)": r"EDNS option (\d+)",
}


class PolitelyPage(harness.Case):

    def test_options_are_there_and_numbers_agree(self):
        page = " ".join(PAGE.read_text().split())
        text = " ".join(self.run_program(CAASCAN, "scan", "--help").stdout.decode().split())
        options = set(re.findall(r"`(--[a-z-]+)", page))
        self.assertGreater(len(options), 10)
        for option in options:
            self.assertIn(option, text)
        for said, told in NUMBERS.items():
            self.assertEqual(re.search(said, page).group(1), re.search(told, text).group(1), said)


if __name__ == "__main__":
    harness.main()
