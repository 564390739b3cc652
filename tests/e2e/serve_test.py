"""caascan serve gives the records of caascan scan, to many at once, and survives those who mean it ill."""

import base64
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time

import jsonschema

import harness
import service
from harness import CAASCAN
from lab import Lab
from service import Raw, Service, request

WHEN = {"time", "valid_until", "elapsed_ms", "queries", "retries", "servers", "findings"}


def lasting(record):
    """What of a record does not depend on the run, and on which server was asked."""
    return {key: value for key, value in record.items() if key not in WHEN}


class Serve(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)

    def serve(self, *options):
        started = Service(self.folder, self.lab, *options)
        self.addCleanup(started.stop)
        return started

    def test_the_records_are_those_of_a_scan(self):
        self.serve("--timeout", "300", "--recheck", "0")
        lines = [json.dumps({"name": name, "id": number}) for number, name in enumerate(self.lab.names())]
        lines += ["no name!", '{"name":', "*.example.com"]
        source = self.file("names.ndjson", "".join(line + "\n" for line in lines[:-1]) + '{"name":"*.example.com"}\n')
        scan = subprocess.run([CAASCAN, "scan", *self.lab.options(), "--timeout", "300", "--recheck", "0", "--input-format",
                               "ndjson", source], check=True, capture_output=True)
        expected = [lasting(json.loads(line)) for line in scan.stdout.splitlines()]
        got = [lasting(record) for record in service.names(lines)]
        key = lambda record: (record["name"], record.get("id", -1))
        named = lambda records: sorted((r for r in records if r["reason"] != "invalid_name"), key=key)
        self.assertEqual(len(got), len(expected))
        self.assertEqual(named(got), named(expected))
        self.assertEqual({r["line"] for r in got if r["reason"] == "invalid_name"}, {len(lines) - 2, len(lines) - 1})

    def test_a_request_says_who_asks(self):
        self.serve()
        name = "n1.example.com"
        usual = service.names([name])[0]
        self.assertEqual(usual["reason"], "issuer_authorized")
        other = service.names([name], "?ca=Sectigo")[0]
        self.assertEqual((other["reason"], other["time"]), ("issuer_not_authorized", usual["time"]),
                         "a known answer is decided anew, and no query is sent")
        self.assertEqual(other["queries"], 0)
        fresh = service.names([name], "?fresh=1")[0]
        self.assertGreater(fresh["time"], usual["time"])
        self.assertGreater(fresh["queries"], 0)
        self.assertEqual(service.names([name], "?wildcard=1")[0]["name"], "*." + name)
        for query, word in (("?ca=no%20CA", "ca"), ("?fresh=maybe", "fresh"), ("?frsh=1", "frsh"),
                            ("?on_failure=x", "on_failure")):
            status, _, body = request("POST", "/v1/names" + query, b"a.example\n")
            self.assertEqual(status, 400, query)
            self.assertIn(word, json.loads(body)["error"])

    def test_both_ways_at_the_same_time(self):
        self.serve()
        client = Raw()
        self.addCleanup(client.close)
        self.assertEqual(client.begin_names(), 200)
        for number in range(3):
            client.chunk(f"n{number}.example.com\n".encode())
            self.assertEqual(json.loads(client.read_chunk())["name"], f"n{number}.example.com")
        client.chunk(b"n9.exam")
        client.chunk(b"ple.com")
        client.end()
        rest, whole = client.read_rest()
        self.assertEqual((json.loads(rest)["name"], whole), ("n9.example.com", True))
        # The connection serves another request.
        client.send(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(client.read_head(), 200)

    def test_curl_streams(self):
        self.serve()
        done = subprocess.run(["curl", "-sS", "-X", "POST", "-T", "-", f"http://127.0.0.1:{service.PORT}/v1/names"], check=True,
                              input=b"".join(b"n%d.example.com\n" % i for i in range(3000)), capture_output=True)
        self.assertEqual(len(done.stdout.splitlines()), 3000, done.stderr)

    def test_what_is_broken_gets_a_record_or_a_clear_error(self):
        self.serve()
        records = service.names(b"\xff\xfe.example\n\0\n" + b"x" * 70_000 + b"\nn1.example.com\n"
                                b'{"name":"n2.example.com","wildcard":7}\n[1]\n')
        details = {record.get("line"): record for record in records}
        self.assertEqual({record["reason"] for line, record in details.items() if line}, {"invalid_name"})
        self.assertIn("65536", details[3]["detail"])
        self.assertEqual(len(records), 6)
        for octets, status in ((b"hello\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 431),
                               (b"GET /nowhere HTTP/1.1\r\n\r\n", 404), (b"PUT /v1/names HTTP/1.1\r\n\r\n", 405),
                               (b"POST /v1/names HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400)):
            client = Raw()
            client.send(octets)
            self.assertEqual(client.read_head(), status, octets[:40])
            client.close()

    def test_a_line_without_end_takes_no_memory(self):
        started = self.serve()
        client = Raw()
        self.addCleanup(client.close)
        client.begin_names()
        block = b"x" * (1 << 20)
        for _ in range(16):
            client.chunk(block)
        before = started.resident_kib()
        for _ in range(1008):
            client.chunk(block)
        self.assertLess(started.resident_kib() - before, 8 << 10, "1 GiB without a line feed")
        client.chunk(b"\nn1.example.com\n")
        client.end()
        records = [json.loads(line) for line in client.read_rest()[0].splitlines()]
        self.assertEqual({record["reason"] for record in records}, {"invalid_name", "issuer_authorized"})

    def test_a_body_that_is_too_large_is_refused_or_cut_short(self):
        self.serve("--max-body", "40")
        self.assertEqual(request("POST", "/v1/names", b"n1.example.com\n" * 10)[0], 413)
        client = Raw()
        self.addCleanup(client.close)
        client.begin_names()
        client.chunk(b"n1.example.com\nn2.example.com\nn3.example.com\n")
        rest, whole = client.read_rest()
        self.assertEqual((len(rest.splitlines()), whole), (2, False), "what was taken has its record, and the rest is missing")

    def test_a_client_that_takes_nothing_is_not_read(self):
        started = self.serve("--max-names", "500")
        client = Raw()
        self.addCleanup(client.close)
        client.begin_names()
        client.socket.settimeout(3)
        sent = 0
        line = b"n1.example.com\n" * 100
        with self.assertRaises(TimeoutError):
            while sent < 1 << 30:
                client.chunk(line)
                sent += len(line)
        self.assertLess(started.resident_kib(), 300 << 10)
        self.assertEqual(len(service.names(["n2.example.com"])), 1, "others are served")

    def test_a_client_that_goes_ends_its_look_ups(self):
        started = self.serve("--server-rate", "50", "--concurrency", "100")
        client = Raw()
        client.begin_names()
        client.chunk(b"".join(b"n%d.example.com\n" % i for i in range(5000)))
        client.read_chunk()
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        self.wait_for(lambda: self.metric("caascan_names_in_flight") == 0)
        self.assertLess(self.metric("caascan_names_read_total"), 4000)
        self.assertIsNone(started.process.poll())

    def metric(self, name):
        _, _, text = request("GET", "/metrics")
        return float(next(line for line in text.decode().splitlines() if line.startswith(name + " ")).split()[1])

    def wait_for(self, is_so):
        deadline = time.monotonic() + harness.PATIENCE_S
        while not is_so():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_a_thousand_slow_clients_keep_no_other_from_its_answer(self):
        self.serve("--idle", "5", "--max-connections", "1010")
        slow = [Raw() for _ in range(1000)]
        for number, client in enumerate(slow):
            client.send([b"G", b"POST /v1/names HTTP/1.1\r\nContent-Length: 100\r\n\r\nn"][number % 2])
        began = time.monotonic()
        self.assertEqual(len(service.names(["n1.example.com"])), 1)
        self.assertLess(time.monotonic() - began, 5)
        # All are cut off for doing nothing.
        for client in slow:
            while client.socket.recv(65536):
                pass
            client.close()
        self.assertLess(time.monotonic() - began, 40)
        self.wait_for(lambda: self.metric("caascan_http_connections") == 1)

    def test_too_many_clients_are_told(self):
        self.serve("--max-connections", "2")
        held = [Raw() for _ in range(2)]
        for client in held:
            client.begin_names()
        third = Raw()
        self.assertEqual(third.read_head(), 503)
        for client in [*held, third]:
            client.close()

    def test_a_signal_lets_names_that_were_taken_end(self):
        started = self.serve("--server-rate", "200")
        client = Raw()
        self.addCleanup(client.close)
        client.begin_names()
        client.chunk(b"".join(b"n%d.example.com\n" % i for i in range(500)))
        first = client.read_chunk()
        started.process.send_signal(signal.SIGTERM)
        rest, whole = client.read_rest()
        self.assertEqual(len((first + rest).splitlines()), 500, "each name that was taken has its record")
        self.assertFalse(whole, "the body was not over, and the client is told")
        self.assertEqual(started.process.wait(timeout=harness.PATIENCE_S), 143)
        self.assertIn("listening at", started.log.read_text())

    def test_what_takes_too_long_at_the_end_is_given_back(self):
        started = self.serve("--server-rate", "20", "--grace", "1")
        client = Raw()
        self.addCleanup(client.close)
        client.begin_names()
        client.chunk(b"".join(b"n%d.example.com\n" % i for i in range(300)))
        client.end()
        first = client.read_chunk()
        started.process.send_signal(signal.SIGTERM)
        rest, whole = client.read_rest()
        reasons = [json.loads(line)["reason"] for line in (first + rest).splitlines()]
        self.assertEqual((len(reasons), whole), (300, True))
        self.assertGreater(reasons.count("stopped"), 100)
        self.assertEqual(started.process.wait(timeout=harness.PATIENCE_S), 143)
        self.assertIn("given back", started.log.read_text())

    def test_a_token_is_asked_for(self):
        token = self.file("token", "secret-1\n")
        started = self.serve("--token-file", token)
        self.assertEqual(request("POST", "/v1/names", b"n1.example.com\n")[0], 401)
        self.assertEqual(request("GET", "/metrics")[0], 401)
        self.assertEqual(request("GET", "/healthz")[0], 200)
        bearer = lambda word: {"Authorization": "Bearer " + word}
        self.assertEqual(len(service.names(["n1.example.com"], headers=bearer("secret-1"))), 1)
        self.assertEqual(request("GET", "/metrics", headers=bearer("secret-2"))[0], 401)
        status, fields, _ = request("GET", "/")
        self.assertEqual((status, fields["www-authenticate"]), (401, 'Basic realm="caascan"'))
        basic = "Basic " + base64.b64encode(b"me:secret-1").decode()
        self.assertEqual(request("GET", "/", headers={"Authorization": basic})[0], 200)
        pathlib.Path(token).write_text("secret-2\n")
        started.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "read anew" in started.log.read_text())
        self.assertEqual(request("GET", "/metrics", headers=bearer("secret-1"))[0], 401)
        self.assertEqual(request("GET", "/metrics", headers=bearer("secret-2"))[0], 200)

    def test_a_reload_reads_the_files_anew_or_changes_nothing(self):
        blocked = self.file("blocked", "nothing.example\n")
        started = self.serve("--blocklist", blocked)
        self.assertEqual(service.names(["n1.example.com"])[0]["reason"], "issuer_authorized")
        pathlib.Path(blocked).write_text("not an entry!\n")
        started.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "all stays as it was" in started.log.read_text())
        self.assertEqual(service.names(["n1.example.com"])[0]["reason"], "issuer_authorized")
        pathlib.Path(blocked).write_text("example.com\n")
        started.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "read anew" in started.log.read_text())
        self.assertEqual(service.names(["n1.example.com"])[0]["reason"], "blocklisted")

    def test_health_is_what_the_root_answers(self):
        self.serve()
        self.assertEqual(json.loads(request("GET", "/healthz")[2]), {"ready": True})
        self.lab.stop()
        self.wait_for(lambda: request("GET", "/healthz")[0] == 503)

    def test_a_unix_socket_is_left_and_taken_over(self):
        path = self.folder / "socket"
        first = self.serve("--listen", f"unix:{path}")
        get = ["curl", "-sS", "--unix-socket", str(path), "http://x/healthz"]
        self.assertEqual(json.loads(subprocess.run(get, check=True, capture_output=True).stdout), {"ready": True})
        second = subprocess.run([CAASCAN, "serve", *self.lab.options(), "--listen", f"unix:{path}"], capture_output=True,
                                text=True, check=False)
        self.assertEqual(second.returncode, 2)
        self.assertIn("another process listens there", second.stderr)
        first.process.kill()
        first.process.wait()
        self.assertTrue(path.exists())
        self.serve("--listen", f"unix:{path}")
        self.assertEqual(json.loads(subprocess.run(get, check=True, capture_output=True).stdout), {"ready": True})

    def test_addresses_that_cannot_be_used_are_said(self):
        for text, words in (("nowhere", "no ADDR:PORT"), ("192.0.2.1:80", "cannot listen"), ("unix:", "a path has"),
                            ("127.0.0.1", "no ADDR:PORT"), (f"unix:{self.folder}", "file of that name")):
            done = subprocess.run([CAASCAN, "serve", *self.lab.options(), "--listen", text], capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(words, done.stderr)

    def test_systemd_hands_sockets_over_and_is_told(self):
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(notify.close)
        notify.bind(str(self.folder / "notify"))
        notify.settimeout(harness.PATIENCE_S)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        port = listener.getsockname()[1]
        # The shell's process becomes the service: LISTEN_PID is its own number.
        script = 'export LISTEN_PID=$$ LISTEN_FDS=1 WATCHDOG_USEC=400000; exec "$@" 3<&%d' % listener.fileno()
        process = subprocess.Popen(["bash", "-c", script, "bash", CAASCAN, "serve", *self.lab.options()],
                                   pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")})
        self.addCleanup(process.kill)
        self.assertEqual(notify.recv(100), b"READY=1")
        self.assertEqual(notify.recv(100), b"WATCHDOG=1")
        self.assertEqual(request("GET", "/healthz", port=port)[0], 200)
        process.terminate()
        words = set()
        while b"STOPPING=1" not in words:
            words.add(notify.recv(100))
        _, errors = process.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(process.returncode, 143, errors)
        self.assertIn(f"listening at 127.0.0.1:{port}", errors)

    def test_a_coordinator_asks_one_perspective(self):
        self.serve("--timeout", "300", "--recheck", "0")
        ask = lambda body: request("POST", "/mpic/caa", json.dumps(body).encode() if isinstance(body, dict) else body)
        status, _, body = ask({"check_type": "caa", "domain_or_ip_target": "n1.example.com", "trace_identifier": "x",
                               "orchestration_parameters": {"perspective_count": 6},
                               "caa_check_parameters": {"certificate_type": "tls-server", "caa_domains": ["letsencrypt.org"]}})
        answer = json.loads(body)
        self.assertEqual((status, answer["check_passed"], answer["errors"]), (200, True, None))
        self.assertEqual(answer["details"], {"caa_record_present": True, "found_at": "example.com",
                                             "records_seen": ['0 issue "letsencrypt.org"']})
        self.assertLess(abs(answer["timestamp_ns"] / 1e9 - time.time()), 60)
        other = json.loads(ask({"domain_or_ip_target": "n1.example.com",
                                "caa_check_parameters": {"caa_domains": ["ca.example"]}})[2])
        self.assertEqual((other["check_passed"], other["errors"]), (False, None))
        failing = next(truth["name"] for truth in self.lab.truth() if truth["outcome"] == "servfail")
        failed = json.loads(ask({"domain_or_ip_target": failing})[2])
        self.assertEqual((failed["check_passed"], failed["details"]["caa_record_present"]), (False, None))
        self.assertEqual(failed["errors"][0]["error_type"], "mpic_error:caa_checker:lookup")
        for wrong in (b"{", b"[]", {}, {"check_type": "dcv", "domain_or_ip_target": "a.example"},
                      {"domain_or_ip_target": "a.example", "caa_check_parameters": {"certificate_type": "x"}},
                      {"domain_or_ip_target": "a.example", "caa_check_parameters": {"caa_domains": "x"}}):
            self.assertEqual(ask(wrong)[0], 400, wrong)
        self.assertEqual(ask(b'{"x":"' + b"y" * 100_000 + b'"}')[0], 413)

    def test_the_openapi_document_is_what_is_served(self):
        self.serve()
        document = json.loads(request("GET", "/openapi.json")[2])
        self.assertEqual((document["openapi"], set(document["paths"])),
                         ("3.0.3", {"/v1/names", "/mpic/caa", "/check", "/", "/metrics", "/healthz", "/openapi.json"}))
        # JSON Schema writes what OpenAPI 3.0 calls nullable in another way. What a reference names must be there.
        def schema(node):
            if isinstance(node, list):
                return [schema(part) for part in node]
            if not isinstance(node, dict):
                return node
            if "$ref" in node:
                found = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
                return schema(found)
            node = {key: schema(value) for key, value in node.items()}
            return {"anyOf": [{key: value for key, value in node.items() if key != "nullable"}, {"type": "null"}]} \
                if node.get("nullable") else node
        whole = schema(document)
        asked = {("post", "/v1/names"): b"n1.example.com", ("get", "/healthz"): None, ("get", "/openapi.json"): None,
                 ("post", "/mpic/caa"): json.dumps(whole["paths"]["/mpic/caa"]["post"]["requestBody"]["content"]
                                                   ["application/json"]["example"]).encode()}
        for (method, path), body in asked.items():
            described = whole["paths"][path][method]["responses"]
            for sent, status in ((body, "200"), (b"{" if path == "/mpic/caa" else None, "400")):
                if status not in described or (status == "400" and path != "/mpic/caa"):
                    continue
                code, fields, answer = request(method.upper(), path, sent)
                content = described[status]["content"][fields["content-type"].split(";")[0]]
                self.assertEqual(str(code), status)
                jsonschema.validate(json.loads(answer), content["schema"])

    def test_people_get_the_page_of_check(self):
        self.serve()
        status, fields, body = request("GET", "/check?name=n1.example.com&ca=")
        self.assertEqual((status, fields["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("n1.example.com", body.decode())
        self.assertIn("issue", body.decode())
        self.assertNotIn("<script>alert", request("GET", "/check?name=%3Cscript%3Ealert(1)%3C/script%3E")[2].decode())
        for query in ("", "?name=", "?name=a.example&ca=no%20CA", "?name=a.example&x=1", "?" + "&".join(["name=a.b"] * 11)):
            self.assertIn(request("GET", "/check" + query)[0], (400, 200) if query == "?name=" else (400,), query)
        status, fields, body = request("GET", "/")
        self.assertEqual((status, fields["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn('action="/check"', body.decode())


if __name__ == "__main__":
    harness.main()
