"""Databases for a test's own use: PostgreSQL, and DuckDB and ClickHouse where `scripts/setup --databases` installed them. A
test whose database is not there is skipped, and says what is missing."""

import json
import os
import pathlib
import shutil
import subprocess

import harness
from harness import SOURCE

DATABASES = SOURCE / ".cache" / "databases" / "node_modules"
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")


def start_postgres(case):
    """Starts a server in the case's folder; returns psql's command for it."""
    if not POSTGRES.exists() or shutil.which("psql") is None:
        case.skipTest("PostgreSQL 15 is not installed (scripts/setup)")
    # It refuses to run as root; in a user namespace of its own it does not.
    as_user = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    data = case.folder / "data"
    subprocess.run([*as_user, POSTGRES / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
                    "--no-sync"], check=True, capture_output=True)
    server = harness.Server([*as_user, str(POSTGRES / "postgres"), "-D", str(data), "-k", str(case.folder), "-c",
                             "listen_addresses=", "-c", "fsync=off", "-c", "jit=off"], case.folder / "postgres.log")
    case.addCleanup(server.stop)
    ready = [str(POSTGRES / "pg_isready"), "-q", "-h", str(case.folder)]
    server.wait_until(lambda: subprocess.run(ready, check=False).returncode == 0)
    return ["psql", "-X", "-q", "-h", str(case.folder), "-U", "postgres", "-v", "ON_ERROR_STOP=1"]


def start_session(case, engine, place=None):
    """A database of `engine` (duckdb, clickhouse) that reads files in `place`, and a way to run a statement, whose rows are one
    JSON text each."""
    if shutil.which("node") is None or not DATABASES.exists():
        case.skipTest(f"there is no {engine} (scripts/setup --databases)")
    server = subprocess.Popen(
        ["node", SOURCE / "tests" / "e2e" / "databases" / "query.cjs", engine, case.folder / engine], text=True, cwd=place,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(DATABASES)})
    case.addCleanup(server.communicate)

    def run(statement):
        try:
            print(json.dumps(statement), file=server.stdin, flush=True)
        except BrokenPipeError:
            pass  # What it said before it ended is read below.
        rows = []
        while (row := server.stdout.readline()) != "\n":
            if not row:
                case.fail(f"{server.stderr.read()}\n{statement}")
            rows.append(json.loads(row))
        return rows
    return run
