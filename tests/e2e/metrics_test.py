"""What a scan serves is sound for Prometheus, and docs/grafana asks for nothing else."""

import json
import re
import shutil
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import harness
from harness import CAASCAN, SOURCE
from lab import Lab

PORT = 9113
GRAFANA = SOURCE / "docs" / "grafana"
# What histograms add to their name.
SUFFIXES = r"_(bucket|sum|count)$"


@unittest.skipIf(shutil.which("promtool") is None, "promtool is not installed (scripts/setup)")
class Metrics(harness.Case):

    def promtool(self, *arguments, stdin=""):
        done = self.run_program("promtool", *arguments, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stdout.decode() + done.stderr.decode())
        return done.stdout.decode() + done.stderr.decode()

    def scrape(self):
        """The metrics of a scan that has written some records."""
        lab = Lab(self.folder)
        self.addCleanup(lab.stop)
        names = self.file("names.txt", "".join(f"n{i}.example.com\n" for i in range(20_000)))
        scan = subprocess.Popen([CAASCAN, "scan", *lab.options(), "--rate", "400", "--server-rate", "0", "--metrics", str(PORT), names],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(scan.communicate)
        self.addCleanup(scan.send_signal, signal.SIGKILL)
        deadline = time.monotonic() + harness.PATIENCE_S
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=harness.PATIENCE_S) as answer:
                    text = answer.read().decode()
                if re.search(r'^caascan_records_total\{outcome="permit",reason="issuer_authorized"\} [1-9]', text, re.MULTILINE):
                    return text
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.05)
        self.fail("no metrics")

    def test_promtool_finds_nothing_and_the_counts_agree(self):
        text = self.scrape()
        self.assertEqual(self.promtool("check", "metrics", stdin=text), "")
        version = self.run_program(CAASCAN, "--version").stdout.decode().split()[1]
        self.assertIn(f'caascan_build_info{{version="{version}"}} 1\n', text)
        series = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        buckets = [int(value) for name, value in series.items() if name.startswith("caascan_round_trip_seconds_bucket")]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(buckets[-1], int(series["caascan_round_trip_seconds_count"]))
        # Replies are read first, while the scan goes on.
        self.assertGreaterEqual(buckets[-1], int(series["caascan_replies_total"]))
        reasons = json.loads((SOURCE / "docs" / "record.schema.json").read_text())["properties"]["reason"]["enum"]
        self.assertEqual({re.search('reason="(.*?)"', name).group(1) for name in series if name.startswith("caascan_records_total")},
                         set(reasons))
        self.check_names(text)

    def check_names(self, text):
        """Whatever the dashboard and the alerts name is there, and stands in docs/telemetry.md. What is of `serve` alone
        stands behind it."""
        there = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
        of_scans, _, of_serve = (SOURCE / "docs" / "telemetry.md").read_text().partition("`caascan serve` has these")
        documented = set(re.findall(r"caascan_\w+", of_scans))
        self.assertGreater(len(set(re.findall(r"caascan_\w+", of_serve)) - documented), 0)
        self.assertEqual(there, documented)
        for path in ("dashboard.json", "alerts.yml"):
            named = set(re.findall(r"\bcaascan_\w+", (GRAFANA / path).read_text()))
            self.assertGreater(len(named), 4)
            self.assertLessEqual({re.sub(SUFFIXES, "", name) for name in named}, there, path)

    def test_the_alert_rules_load(self):
        self.assertIn("SUCCESS: 6 rules found", self.promtool("check", "rules", GRAFANA / "alerts.yml"))

    def test_alerts_fire_when_they_should(self):
        def series(name, values, **labels):
            text = ",".join(f'{key}="{value}"' for key, value in {"job": "caascan", "instance": "a", **labels}.items())
            return {"series": f"{name}{{{text}}}", "values": values}
        sound = [series("caascan_records_total", "0+600x120", outcome="permit", reason="no_caa"),
                 series("caascan_records_total", "0+60x120", outcome="timeout", reason="no_response"),
                 series("caascan_names_in_flight", "5+0x120"), series("caascan_timeouts_total", "0+60x120"),
                 series("caascan_replies_total", "0+600x120"), series("caascan_receive_drops_total", "0+0x120"),
                 series("caascan_outages_total", "0+0x120"), series("caascan_send_errors_total", "0+0x120")]
        broken = [series("caascan_records_total", "7+0x120", outcome="permit", reason="no_caa"),
                  series("caascan_names_in_flight", "5+0x120"), series("caascan_timeouts_total", "0+600x120"),
                  series("caascan_replies_total", "0+60x120"), series("caascan_receive_drops_total", "0+600x120"),
                  series("caascan_outages_total", "0+1x120"), series("caascan_send_errors_total", "0+600x120")]
        failing = [series("caascan_records_total", "0+60x120", outcome="permit", reason="no_caa"),
                   series("caascan_records_total", "0+600x120", outcome="lame", reason="refused")]
        fires = {"sound": set(), "failing": {"CaascanFailures"},
                 "broken": {"CaascanNoRecords", "CaascanLoss", "CaascanReceiveDrops", "CaascanOutage", "CaascanSendErrors"}}
        alerts = re.findall(r"alert: (\w+)", (GRAFANA / "alerts.yml").read_text())
        self.assertEqual(set(alerts), set.union(*fires.values()))
        tests = []
        for name, inputs in {"sound": sound, "broken": broken, "failing": failing}.items():
            # Which fire is counted, so that their texts need not stand here too.
            for alert in alerts:
                tests.append({"interval": "1m", "input_series": inputs, "promql_expr_test": [{
                    "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})', "eval_time": "110m",
                    "exp_samples": [{"labels": "{}", "value": 1}] if alert in fires[name] else []}]})
        path = self.file("tests.yml", json.dumps({"rule_files": [str(GRAFANA / "alerts.yml")], "tests": tests}))
        self.promtool("test", "rules", path)

    def test_each_query_of_the_dashboard_can_be_read(self):
        dashboard = json.loads((GRAFANA / "dashboard.json").read_text())
        queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        self.assertGreaterEqual(len(queries), len(dashboard["panels"]))
        variables = {variable["name"] for variable in dashboard["templating"]["list"]}
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard))) - {"__all", "__rate_interval"}
        self.assertEqual(used, variables)
        # As Grafana fills them in.
        rules = [{"record": f"query:{at}", "expr": query.replace("$__rate_interval", "1m").replace("$job", ".*").replace("$instance", ".*")}
                 for at, query in enumerate(queries)]
        path = self.file("rules.yml", json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
        self.assertIn(f"SUCCESS: {len(queries)} rules found", self.promtool("check", "rules", path))
        places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in dashboard["panels"]]
        self.assertEqual(len(set(places)), len(places))
        self.assertEqual(len({panel["id"] for panel in dashboard["panels"]}), len(dashboard["panels"]))


if __name__ == "__main__":
    harness.main()
