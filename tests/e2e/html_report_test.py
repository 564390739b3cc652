"""caascan report --format html in a headless Chromium: it sorts and filters, complains of nothing, asks the network for
nothing, and shows strangers' markup as text."""

import base64
import hashlib
import json
import re

import harness
from browser import Browser
from harness import CAASCAN

XSS = "<script>document.title='pwned'</script><img src=x onerror=\\\"document.title='pwned'\\\">\\\"'&amp;"


def record(name, outcome, reason, more=""):
    return (f'{{"name":"{name}","outcome":"{outcome}","reason":"{reason}","may_issue":{str(outcome == "permit").lower()},'
            f'"dnssec":"insecure","queries":2,"retries":0,"elapsed_ms":10.5,"time":"2026-11-22T08:00:00.000Z"{more}}}\n')


def records():
    """Forty top-level domains, the i-th of i + 1 names, every third of which failed; and one hostile record."""
    for tld in range(40):
        for i in range(tld + 1):
            failed = i % 3 == 2
            yield record(f"n{i}.tld{tld:02}", "lame" if failed else "permit", "refused" if failed else "no_caa",
                         f',"operator":"Operator {tld % 5}"')
    yield record(
        "evil.example", "deny", "issuer_not_authorized",
        f',"caa":{{"owner":"evil.example","ttl":1,"records":[{{"flags":0,"tag":"{XSS}","value":"ca.test"}}]}}'
        f',"operator":"{XSS}","findings":[{{"code":"{XSS}","host":"{XSS}","address":"{XSS}"}}]'
        f',"decisions":{{"{XSS}":"deny"}}')


class HtmlReport(harness.Case):

    def make(self, text, *options):
        path = self.folder / "report.html"
        done = self.run_program(CAASCAN, "report", "--format", "html", "-o", path, *options, stdin=text)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return path

    def browser(self, *options):
        browser = Browser(self.folder, *options)
        self.addCleanup(browser.stop)
        return browser

    def test_the_policy_knows_style_and_script(self):
        page = self.make("".join(records())).read_text()
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertIn("default-src 'none'", policy)
        for tag in ("style", "script"):
            text = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL).group(1)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            self.assertIn(f"{tag}-src 'sha256-{digest}'", policy)
        self.assertNotIn("<script>document", page)

    def test_it_sorts_filters_and_keeps_quiet(self):
        page = self.browser()
        page.open(self.make("".join(records())))
        first = "document.querySelector('#tlds tbody tr').cells[0].textContent"
        click = "document.querySelectorAll('#tlds th button')[{}].click()"
        self.assertEqual(page.evaluate(first), "tld39")
        page.evaluate(click.format(0))
        self.assertEqual(page.evaluate(first), "example")
        page.evaluate(click.format(0))
        self.assertEqual(page.evaluate(first), "tld39")
        page.evaluate(click.format(1))
        page.evaluate(click.format(1))
        self.assertIn(page.evaluate(first), ("tld00", "example"))
        self.assertEqual(page.evaluate("document.querySelectorAll('#tlds th')[1].getAttribute('aria-sort')"), "ascending")
        shown = "[...document.querySelectorAll('#tlds tbody tr')].filter(row => row.offsetHeight > 0).length"
        self.assertEqual(page.evaluate(shown), 41)
        page.evaluate("(() => { const input = document.querySelector('#tlds input'); input.value = 'TLD1';"
                      "input.dispatchEvent(new Event('input')); })()")
        self.assertEqual(page.evaluate(shown), 10)
        self.assertGreaterEqual(page.evaluate("document.querySelectorAll('svg').length"), 5)
        # The response-time curve rises from left to right: 10.5 ms for everyone.
        points = page.evaluate("document.querySelector('#effort polyline').getAttribute('points')").split()
        heights = [float(point.split(",")[1]) for point in points]
        self.assertGreater(len(points), 50)
        self.assertEqual(heights, sorted(heights, reverse=True))
        # Strangers' markup is text.
        self.assertEqual(page.evaluate("document.title"), "CAA scan report")
        self.assertEqual(page.evaluate("document.querySelectorAll('img, iframe, object, link').length"), 0)
        self.assertEqual(page.evaluate("document.scripts.length"), 1)
        self.assertIn("<script>document.title", page.evaluate("document.querySelector('#operators').textContent"))
        # And it asks nobody for anything, even where it is made to.
        self.assertEqual(page.log, [])
        self.assertEqual([url for url in page.requests if not url.startswith("file:")], [])
        self.assertEqual(
            page.evaluate("fetch('http://127.0.0.1:1/').then(() => 'asked', error => 'refused')"), "refused")
        self.assertTrue(any("Content Security Policy" in line for line in page.log), page.log)

    def test_it_fits_a_phone_and_the_dark(self):
        page = self.browser("--window-size=400,800", "--blink-settings=preferredColorScheme=0")
        path = self.make("".join(records()))
        for scheme in ("light", "dark"):
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            page.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
            page.open(path)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390)
            ink, paper = json.loads(page.evaluate(
                "JSON.stringify([getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor])"))
            bright = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, paper)]
            self.assertEqual(bright[0] < bright[1], scheme == "light", (scheme, ink, paper))

    def test_it_prints_all_rows_and_no_controls(self):
        page = self.browser()
        page.open(self.make("".join(records())))
        page.call("Emulation.setEmulatedMedia", media="print")
        for control in ("nav", "#tlds input"):
            self.assertEqual(page.evaluate(f"getComputedStyle(document.querySelector('{control}')).display"), "none")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('#tlds .scroll')).overflowX"), "visible")
        self.assertEqual(page.evaluate("document.querySelectorAll('#tlds tbody tr').length"), 41)
        pdf = base64.b64decode(page.call("Page.printToPDF")["data"])
        self.assertTrue(pdf.startswith(b"%PDF-"))

    def test_a_big_report_stays_small(self):
        lines = (record(f"n{i}.t{i}", "lame", "refused",
                        f',"operator":"operator number {i}","servers":[{{"host":"ns{i}.host{i}.example",'
                        f'"address":"2001:db8::{i:x}","result":"refused"}}]') for i in range(5000))
        path = self.make("".join(lines))
        self.assertLess(path.stat().st_size, 2_000_000)


if __name__ == "__main__":
    harness.main()
