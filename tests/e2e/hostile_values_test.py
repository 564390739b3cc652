"""What strangers put into a record stays harmless in each form in which a command shows it: markup, control characters, marks
that turn the direction of text, formulas; and so does a file that breaks off anywhere."""

import csv
import io
import json
import re

import harness
from harness import CAASCAN

# Left to right and right to left marks, embeddings, overrides and isolates.
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
EVIL = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>", "</style><style>*{display:none}</style>", "&lt;b&gt;\"'`",
    "\x1b[2J\x1b]0;title\x07", "a\r\nb\x00c\x9b1m\u2028d\u2029e", "=HYPERLINK(\"http://x\",\"y\")", "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)",
    "\t=1", TURNING, "exe.\u202egnp", "[x](javascript:alert(1))|`*_#", "a" * 5000, "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]


def record(evil, i):
    """A record with that text wherever a text may be."""
    return {
        "name": evil, "input": evil, "outcome": "permit", "reason": "issuer_authorized", "may_issue": True, "would_issue": False,
        "caa": {"owner": evil, "ttl": 1, "records": [{"flags": 129, "tag": evil, "value": evil},
                                                     {"flags": 0, "tag": "issue", "value": f"{evil}; accounturi={evil}"}]},
        "cname": [evil], "dnssec": "secure", "zone": evil, "operator": evil,
        "servers": [{"host": evil, "address": evil, "result": evil, "detail": evil, "ede": [i]}],
        "findings": [{"code": evil, "host": evil, "address": evil, "zone": evil, "evidence": evil, "ede": i},
                     {"code": "server_domain_unregistered", "host": evil}, {"code": "server_nxdomain", "host": evil}],
        "decisions": {evil: "permit"}, "persist": {"result": evil, "dnssec": "secure"}, "queries": 1, "retries": 0, "elapsed_ms": 1,
        "time": "2026-11-22T08:00:00.000Z", "rank": i, "id": evil, "order": evil, evil: evil}


class HostileValues(harness.Case):

    def setUp(self):
        super().setUp()
        self.records = self.file("records.ndjson", "".join(json.dumps(record(evil, i)) + "\n" for i, evil in enumerate(EVIL)))
        self.later = self.file("later.ndjson", "".join(
            json.dumps({**record(evil, i), "outcome": "deny", "reason": "issuance_forbidden", "findings": []}) + "\n"
            for i, evil in enumerate(EVIL)))

    def outputs(self, form):
        """What each command writes in that form."""
        store = self.folder / f"store-{form}"
        self.run_program(CAASCAN, "history", "add", store, "--date", "2026-01-01", self.records)
        self.run_program(CAASCAN, "history", "add", store, "--date", "2026-01-02", self.later)
        commands = [["report", self.records], ["report", "--by", "order", self.records], ["diff", self.records, self.later],
                    ["history", "show", "--min-names", "1", store],
                    ["corroborate", "--primary", self.records, "--remote", self.later, "--remote", self.file("third.ndjson", "")]]
        for i, command in enumerate(commands):
            folder = self.folder / f"{form}-{i}"
            done = self.run_program(CAASCAN, *command, "--format", form, *(["-o", folder] if form == "csv" else []))
            if command[0] == "corroborate" and done.returncode == 2:
                continue  # It is strict: a line that it does not understand ends it.
            self.assertEqual(done.returncode, 0, (command, done.stderr.decode()))
            self.assert_calm(done.stderr.decode(), command)
            yield command, [path.read_bytes().decode() for path in folder.iterdir()] if form == "csv" else [done.stdout.decode()]
        for dossier in ("markdown", "html") if form in ("markdown", "html") else ():
            for evil in EVIL[:4]:
                done = self.run_program(CAASCAN, "report", "--operator", evil.replace("\x00", ""), "--format", dossier, self.records)
                if done.returncode == 0 and dossier == form:
                    yield ["dossier", dossier], [done.stdout.decode()]

    def assert_calm(self, text, where):
        """Nothing that moves a terminal, ends a line for somebody, or turns the direction of text."""
        bad = {c for c in text if c not in "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in TURNING + "\u2028\u2029")}
        self.assertEqual(bad, set(), where)

    def test_text(self):
        for command, (text,) in self.outputs("text"):
            self.assert_calm(text, command)
            self.assertLessEqual(max(map(len, text.splitlines())), 100, command)

    def test_markdown(self):
        for command, (text,) in self.outputs("markdown"):
            self.assert_calm(text, command)
            for mark in ("<script", "<img", "<style"):
                self.assertNotIn(mark, text, command)
            self.assertIsNone(re.search(r"(?<!\\)\]\(javascript", text), command)

    def test_json(self):
        for command, (text,) in self.outputs("json"):
            self.assertTrue(text.isascii(), command)
            self.assert_calm(text, command)
            json.loads(text)

    def test_csv(self):
        for command, tables in self.outputs("csv"):
            for text in tables:
                self.assert_calm(text.replace("\r\n", "\n"), command)
                rows = list(csv.reader(io.StringIO(text, newline="")))
                self.assertTrue(all(len(row) == len(rows[0]) for row in rows), command)
                for cell in (cell for row in rows for cell in row if cell and cell[0] in "=+-@\t\r"):
                    float(cell)  # A number that the report itself wrote.

    def test_html(self):
        for command, (text,) in self.outputs("html"):
            for mark in ("<script>alert", "<img src=x", "<style>*", "href=\"javascript"):
                self.assertNotIn(mark, text, command)
            self.assertFalse(set(text) & set(TURNING), command)

    def test_changes_and_partial_reports_are_ascii(self):
        changes = self.folder / "changes"
        self.run_program(CAASCAN, "diff", "--changes", changes, self.records, self.later)
        partial = self.run_program(CAASCAN, "report", "--partial", self.records).stdout
        for text in (changes.read_bytes(), partial):
            self.assertTrue(text.isascii())
            for line in text.splitlines():
                json.loads(line)
        again = self.run_program(CAASCAN, "report", "--format", "json", self.file("partial", partial)).stdout
        self.assertEqual(json.loads(again), json.loads(self.run_program(CAASCAN, "report", "--format", "json", self.records).stdout))

    def test_a_file_that_breaks_off_anywhere(self):
        whole = json.dumps(record("x.example", 7)).encode() + b"\n"
        first = json.dumps({**record("first.example", 1), "order": None}).encode() + b"\n"
        for end in range(0, len(whole), 7):
            path = self.file("cut.ndjson", first + whole[:end])
            done = self.run_program(CAASCAN, "report", "--format", "json", path)
            self.assertEqual(done.returncode, 0, (end, done.stderr.decode()))
            report = json.loads(done.stdout)
            self.assertEqual(report["summary"]["rows"][0]["count"], 1, end)
            self.assertEqual(len(report["broken"]["rows"]), 0 if end == 0 else 1, end)


if __name__ == "__main__":
    harness.main()
