"""caascan asked for the names of a batch."""

import json
import os
import pathlib
import subprocess

# Loopback servers answer at once; the machine may be busy.
OPTIONS = ["--port", "53", "--allow-special", "--server-rate", "0", "--server-inflight", "0", "--timeout", "400", "--recheck", "1",
           "--progress", "never"]
PATIENCE_S = 600


def binary():
    """The scanner to judge: CAASCAN_BUILD_DIR's, or the build directory's of this source tree."""
    source = pathlib.Path(__file__).resolve().parent.parent.parent
    return str(pathlib.Path(os.environ.get("CAASCAN_BUILD_DIR", source / "build")) / "bin" / "caascan")


class Scan:
    """A scan that runs; records() waits for its end. Zone files come before the names, whose delegations are known then."""

    def __init__(self, program, names, zone_files, folder, hints, anchor, at_once):
        folder = pathlib.Path(folder)
        names_file = folder / "names.txt"
        names_file.write_text("".join(name + "\n" for name in names))
        self._output, self._errors = folder / "records.ndjson", folder / "scan.log"
        self._output.unlink(missing_ok=True)
        with open(self._errors, "wb") as errors:
            self._process = subprocess.Popen(
                [program, "scan", *OPTIONS, "--concurrency", str(2 * at_once), "--root-hints", hints, "--trust-anchor", anchor, "-o", str(self._output),
                 *map(str, zone_files), str(names_file)], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)

    def records(self):
        """{name: record}"""
        code = self._process.wait(timeout=PATIENCE_S)
        if code != 0:
            raise AssertionError(f"the scan ended with {code}\n{self._errors.read_text(errors='replace')}")
        return {record["name"]: record for record in map(json.loads, self._output.read_text().splitlines())}
