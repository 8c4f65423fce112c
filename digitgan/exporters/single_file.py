"""All of the static site in one HTML file, which opens from a disk by double click.

A page of ``file://`` may load no module and start no worker of another file. So the
file holds every script, style, page and byte of data, and a loader that makes modules
of them, in the page and in its workers.
"""

import base64
import json
import mimetypes
import re
from pathlib import Path

LOADER = Path(__file__).parent / "single_file.js"
ENTRIES = ("write.js", "explore.js", "learn_here.js")
WORKERS = ("worker/worker.js", "gan/worker.js")
IMPORT = re.compile(r"""(\bfrom\s*|\bimport\s*)(["'])(\.{1,2}/[^"']+)\2""")
FILES_MODULE = """
export const fileUrl = (path) => globalThis.digitgan.files[path];
export const newWorker = (path) => globalThis.digitgan.newWorker(path);
"""


def single_file(site: Path, pages: tuple[str, ...]) -> str:
    """Return the pages of an exported site, and all they need, as one HTML page."""
    modules: dict[str, str] = {}  # a module after those that it imports
    for entry in (*WORKERS, *ENTRIES):
        _add_module(site, entry, modules)
    data = {
        path.relative_to(site).as_posix(): _data_url(path)
        for folder in ("model", "gan/digits")
        for path in sorted((site / folder).iterdir())
    }
    shown = {page: _inlined(site, (site / page).read_text("utf-8")) for page in pages}
    table = {"pages": shown, "modules": [*modules.items()], "files": data}
    # No text in it may end the script that it stands in.
    text = json.dumps(table).replace("</", "<\\/").replace("<!--", "<\\!--")
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>digitgan</title></head>\n<body>\n"
        "<noscript>This page needs JavaScript.</noscript>\n"
        f"<script>\n{LOADER.read_text('utf-8')}\nopenPage({text});\n</script>\n"
        "</body>\n</html>\n"
    )


def _add_module(site: Path, name: str, modules: dict[str, str]) -> None:
    """Add a module after those that it imports, which it then names in brackets."""
    if name in modules:
        return
    text = (site / name).read_text("utf-8")
    if name == "files.js":
        text = FILES_MODULE
    folder = (site / name).parent

    def imported(match: re.Match[str]) -> str:
        path = (folder / match[3]).resolve().relative_to(site.resolve()).as_posix()
        _add_module(site, path, modules)
        return f"{match[1]}{match[2]}[[{path}]]{match[2]}"

    text = IMPORT.sub(imported, text)
    modules[name] = text


def _inlined(site: Path, page: str) -> str:
    """Return a page with its styles inside, and without what would load a file."""
    page = re.sub(
        r'<link rel="stylesheet" href="([^"]+)">',
        lambda match: f"<style>{(site / match[1]).read_text('utf-8')}</style>",
        page,
    )
    page = re.sub(r'\s*<link rel="(?:modulepreload|icon)"[^>]*>', "", page)
    page = re.sub(r'\s*<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    # The loader starts the script that the page names.
    return re.sub(
        r'<script type="module" src="([^"]+)">', r'<script data-entry="\1">', page
    )


def _data_url(path: Path) -> str:
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{media};base64,{base64.b64encode(path.read_bytes()).decode()}"
