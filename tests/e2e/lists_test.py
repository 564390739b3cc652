"""Lists as people publish them: which column or member is the name, what passes through, URLs. As many records as names.

The names are below .test, which is not in the public DNS: each has its record without a query.
"""

import csv
import io
import json
import pathlib
import random
import subprocess

import harness
from harness import CAASCAN

LISTS = pathlib.Path(__file__).resolve().parent / "data" / "lists"
# No query is sent, so none of them answers.
OFFLINE = ["--resolver", "127.0.0.1", "--metadata", "none"]

# (file, options, the names that come out with their ranks, invalid ones as they were typed, what standard error says of the
# column; None: nothing.)
ROWS = [
    ("gov.csv", [],
     {"harbour-county.test": None, "northtown.test": None, "riverside-cityclerk.test": None, "lakeview.test": None}, [], None),
    ("base.csv", [], {"www.agency.test": None, "data.agency.test": None, "bureau.test": None}, [], None),
    ("base.csv", ["--column", "url", "--from-url"],
     {"www.agency.test": None, "data.agency.test": None, "bureau.test": None}, [], None),
    ("tranco.csv", [], {"google-like.test": 1, "video.test": 2, "xn--bcher-kva.test": 3, "cdn_1.video.test": 4}, [],
     "tranco.csv: the names are in column 2, by its first row"),
    ("tranco.csv", ["--column", "2"],
     {"google-like.test": 1, "video.test": 2, "xn--bcher-kva.test": 3, "cdn_1.video.test": 4}, [], None),
    ("umbrella.csv", [], {"dns.test": 1, "test": 2, "api.dns.test": 3, "localhost": 4}, [],
     "umbrella.csv: the names are in column 2, by its first row"),
    ("crux.csv", [], {"www.shop.test": 1000, "shop.test": 1000, "www.news.test": 5000, "xn--bcher-kva.test": 10000}, [], None),
    ("majestic.csv", [], {"social.test": 1, "search.test": 2, "xn--bcher-kva.test": 3}, [], None),
    ("categories.tsv", [], {"a.test": 1, "b.test": 2, "c.test": 3}, [], None),
    ("registry.csv", [], {"szkola.test": None, "urzad.test": None}, ["not a name"],
     'registry.csv: the names are in column 1 ("Domena"), by its first 2 rows'),
    ("urls.txt", ["--from-url"],
     {"www.crawl.test": None, "crawl.test": None, "mail.crawl.test": None, "xn--bcher-kva.test": None, "plain.crawl.test": None},
     ["https://192.0.2.1/", "https://[2001:db8::1]:8443/"], None),
    ("urls.txt", ["--input-format", "lines"], {"plain.crawl.test": None},
     ["https://www.crawl.test/index.html?q=a,b", "HTTP://User:Secret@Crawl.test:8080/", "mail.crawl.test:443",
      "postmaster@crawl.test", "b%C3%BCcher.test/regal", "https://192.0.2.1/", "https://[2001:db8::1]:8443/"], None),
    ("hosts.ndjson", [], {"a.scan.test": None, "b.scan.test": None, "c.scan.test": None, "e.scan.test": None},
     ['{"url":"https://f.scan.test/"}'], None),
    ("hosts.ndjson", ["--key", "url"], {"d.scan.test": None, "f.scan.test": None},
     ['{"host":"a.scan.test","id":1,"a":["192.0.2.1"]}', '{"domain":"b.scan.test","id":{"ticket":2}}',
      '{"fqdn":"c.scan.test"}'], None),
]
# Lines that ask for the same name again.
REPEATED = {"urls.txt --from-url": 1}


class Lists(harness.Case):

    def scan_list(self, *arguments, stdin=b""):
        """The records of a scan that must succeed, and the lines of standard error but for the summary."""
        done = self.run_program(CAASCAN, "scan", *OFFLINE, *arguments, stdin=stdin)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(done.returncode, 0, lines)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertRegex(lines[-1], rf"\b{len(records)} names\b.*\b{len(records)} records\b")
        return records, lines[:-1]

    def assert_usage_error(self, *arguments, parts=()):
        done = self.run_program(CAASCAN, "scan", *OFFLINE, *arguments)
        self.assertEqual((done.returncode, done.stdout), (2, b""), done.stderr.decode())
        self.assert_one_clear_line(done, *parts)

    def test_each_list(self):
        for name, options, names, invalid, notice in ROWS:
            with self.subTest(name, options=options):
                records, said = self.scan_list(*options, LISTS / name)
                again = REPEATED.get(" ".join([name, *options]), 0)
                self.assertEqual(len(records), len(names) + len(invalid) + again)
                good = [record for record in records if record["reason"] != "invalid_name"]
                self.assertEqual({record["name"]: record.get("rank") for record in good}, names)
                bad = [record.get("input", record["name"]) for record in records if record["reason"] == "invalid_name"]
                self.assertEqual(sorted(bad), sorted(invalid))
                self.assertEqual(len(said), 0 if notice is None else 1, said)
                if notice is not None:
                    self.assertIn(notice, said[0])

    def test_the_same_from_a_pipe_packed_and_in_another_order(self):
        """A list is chosen from by its rows, wherever they come from; its first rows are not lost."""
        rows = [f"other{i}.test,name{i}.test" for i in range(60)] + [f"x y,name{i}.test" for i in range(60, 300)]
        text = "\n".join(rows) + "\n"
        path = self.file("list.csv", text)
        subprocess.run(["zstd", "-q", path], check=True)
        subprocess.run(["xz", "-k", path], check=True)
        for arguments, stdin in (([path], b""), ([path + ".zst"], b""), ([path + ".xz"], b""), ([], text)):
            with self.subTest(arguments):
                records, said = self.scan_list(*arguments, stdin=stdin)
                self.assertEqual(sorted(record["name"] for record in records), sorted(f"name{i}.test" for i in range(300)))
                self.assertIn("the names are in column 2, by its first 100 rows", said[0])

    def test_input_is_kept(self):
        records, _ = self.scan_list("--from-url", LISTS / "urls.txt")
        typed = [line for line in (LISTS / "urls.txt").read_text().splitlines() if not line.startswith("#")]
        self.assertEqual(sorted(record.get("input", record["name"]) for record in records), sorted(typed))

    def test_columns_pass_through(self):
        records, _ = self.scan_list("--keep", "organization name,Domain type", "--keep", "6", LISTS / "gov.csv")
        columns = {record["name"]: record["input_columns"] for record in records}
        with open(LISTS / "gov.csv", encoding="utf-8", newline="") as stream:
            expected = {row["Domain name"]: {key: row[key] for key in ("Organization name", "Domain type", "State")}
                        for row in csv.DictReader(stream)}
        self.assertEqual(columns, expected)
        self.assertIn("\n", columns["lakeview.test"]["Organization name"])
        output = self.folder / "out.csv"
        done = self.run_program(CAASCAN, "scan", *OFFLINE, "--keep", "1,3", LISTS / "tranco.csv", "-o", output)
        self.assertEqual(done.returncode, 2, "it has two columns")
        done = self.run_program(CAASCAN, "scan", *OFFLINE, "--keep", "1", LISTS / "tranco.csv", "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        rows = list(csv.DictReader(io.StringIO(output.read_text(), newline="")))
        self.assertEqual({row["name"]: (row["rank"], json.loads(row["input_columns"])) for row in rows},
                         {name: (str(i), {"1": str(i)}) for i, name in enumerate(ROWS[3][2], 1)})

    def test_each_line_has_its_own_rank_and_columns(self):
        """Those of one name are looked up once."""
        path = self.file("list.csv", "domain,rank,x\n" + "".join(f"a.test,{i},{i}\n" for i in range(50)))
        records, _ = self.scan_list("--keep", "x", path)
        self.assertEqual(sorted((record["rank"], record["input_columns"]["x"]) for record in records),
                         [(i, str(i)) for i in range(50)])

    def test_a_column_that_is_not_there(self):
        output = self.file("out.ndjson", '{"name":"kept.test"}\n')
        for options, parts in ((["--column", "owner"], ["--column", "gov.csv", '"owner"', '"Domain name", "Domain type"']),
                               (["--keep", "owner"], ["--keep", "gov.csv", '"owner"', '"Domain name"']),
                               (["--column", "8"], ["--column", "gov.csv", '"8"']),
                               (["--column", "0"], ["--column", "gov.csv", '"0"']),
                               (["--column", ""], ["--column"]),
                               (["--key", ""], ["--key"]),
                               (["--column", "1", "--input-format", "zone"], ["--column"]),
                               (["--keep", "1", "--input-format", "lines"], ["--keep"]),
                               (["--key", "x", "--input-format", "csv"], ["--key"])):
            with self.subTest(options):
                self.assert_usage_error(*options, LISTS / "gov.csv", "-o", output, "--overwrite", parts=parts)
                self.assertEqual(pathlib.Path(output).read_text(), '{"name":"kept.test"}\n', "nothing was destroyed")
        done = self.run_program(CAASCAN, "scan", *OFFLINE, "--column", "owner", stdin="domain,x\na.test,1\n")
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assert_one_clear_line(done, "--column", '"owner"', '"domain", "x"')

    def test_one_row_through_a_pipe_that_stays_open(self):
        """A program that waits for each record before it writes the next name is not kept waiting for a hundred rows."""
        with subprocess.Popen([CAASCAN, "scan", *OFFLINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as scan:
            for row, name in (("a.test,b.test\n", "a.test"), ("c.test,d.test\n", "c.test")):
                scan.stdin.write(row.encode())
                scan.stdin.flush()
                self.assertEqual(json.loads(scan.stdout.readline())["name"], name)
            scan.stdin.close()
            self.assertEqual(scan.stdout.read(), b"")
            self.assertEqual(scan.wait(timeout=harness.PATIENCE_S), 0)

    def test_a_resumed_list(self):
        """Ranks and columns are in the records of both runs; no row is scanned twice."""
        path = self.file("list.csv", "".join(f"{i},n{i}.test,c{i}\n" for i in range(1, 401)))
        output = self.folder / "out.ndjson"
        arguments = [CAASCAN, "scan", *OFFLINE, "--keep", "3", path, "-o", output]
        self.assertEqual(self.run_program(*arguments).returncode, 0)
        lines = output.read_text().splitlines(keepends=True)
        output.write_text("".join(lines[:150]))
        done = self.run_program(*arguments, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in output.read_text().splitlines()]
        self.assertEqual(sorted((record["rank"], record["name"], record["input_columns"]["3"]) for record in records),
                         [(i, f"n{i}.test", f"c{i}") for i in range(1, 401)])

    def test_a_dry_run_says_the_column(self):
        done = self.run_program(CAASCAN, "scan", "--resolver", "127.0.0.1", "--dry-run", LISTS / "tranco.csv")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assert_one_clear_line(done, "the names are in column 2")
        self.assertIn(b"lines 4", done.stdout)

    def test_metadata_and_check(self):
        output = self.folder / "out.ndjson"
        done = self.run_program(CAASCAN, "scan", "--resolver", "127.0.0.1", "--column", "domain", "--keep", "rank,category",
                                "--from-url", LISTS / "categories.tsv", "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        options = json.loads((self.folder / "out.ndjson.meta.json").read_text())["options"]
        self.assertEqual(options["--column"], ["domain"])
        self.assertEqual(options["--keep"], ["rank", "category"])
        self.assertIn("--from-url", options)
        for name, reason in (("https://www.a.test:443/x", "not_in_dns"), ("a.test", "not_in_dns")):
            done = self.run_program(CAASCAN, "check", "--resolver", "127.0.0.1", "--json", "--from-url", name)
            self.assertEqual(json.loads(done.stdout)["reason"], reason, done.stderr.decode())
        done = self.run_program(CAASCAN, "check", "--resolver", "127.0.0.1", "--json", "https://www.a.test/")
        self.assertEqual(json.loads(done.stdout)["reason"], "invalid_name")
        self.assert_one_clear_line(done, "https://www.a.test/: this is a URL: --from-url")

    def test_hostile_rows(self):
        """Any bytes: a record a row, and no crash."""
        rng = random.Random(17)
        rows = [b'"' * k + b"a.test" + b",;\t"[i:i + 1] + b'"' * j for i in range(3) for k in range(5) for j in range(5)]
        rows += [rng.randbytes(200).replace(b"\n", b"").replace(b"\r", b"") + b"," for _ in range(200)]
        text = b"rank,domain\n" + b"".join(row + b"\n" for row in rows)
        done = self.run_program(CAASCAN, "scan", *OFFLINE, "--input-format", "csv", stdin=text)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertGreater(len(records), 100)
        self.assertIn(f"{len(records)} names".encode(), done.stderr)


if __name__ == "__main__":
    harness.main()
