"""The site of docs/ builds without a warning, has every page, and loads nothing from elsewhere."""

import re
import subprocess

import harness
from harness import SOURCE

# What a browser fetches by itself, unlike links that a reader follows.
LOADS = re.compile(r"<(?:script|img|iframe)[^>]* src=[\"']?([^\"' >]+)|<link[^>]* href=[\"']?([^\"' >]+)")


class Site(harness.Case):

    def test_it_builds_and_loads_nothing(self):
        site = self.folder / "site"
        done = subprocess.run(["mkdocs", "build", "--strict", "--config-file", SOURCE / "mkdocs.yml", "--site-dir", site],
                              capture_output=True, text=True, check=False, timeout=harness.PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr)
        pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
        for page in (SOURCE / "docs").rglob("*.md"):
            name = page.relative_to(SOURCE / "docs").as_posix()
            self.assertIn(re.sub(r"README\.md$", "index.html", name).removesuffix(".md").removesuffix(".html") + ".html", pages)
        for page in pages:
            for found in LOADS.findall((site / page).read_text()):
                self.assertNotRegex("".join(found), r"^([a-z]+:)?//", page)
        scanning = (site / "scanning.html").read_text()
        self.assertIn('href="scanning-politely.html"', (site / "index.html").read_text())
        self.assertNotIn("../datasets", scanning)


if __name__ == "__main__":
    harness.main()
