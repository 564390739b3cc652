"""What mkdocs runs on each page (mkdocs.yml): a link to a file outside docs/ or to a folder, which the site does not have, becomes
its text."""

import os
import re

LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown, page, config, **_others):
    folder = os.path.join(config["docs_dir"], os.path.dirname(page.file.src_path))

    def kept(match):
        text, target, _ = match.groups()
        path = os.path.normpath(os.path.join(folder, target))
        inside = path.startswith(config["docs_dir"] + os.sep) and os.path.isfile(path)
        return match.group(0) if inside or re.match(r"[a-z]+:", target) else text

    return LINK.sub(kept, markdown)
