"""The documentation as a site: built without a warning, every link of every page."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import digitgan

ROOT = Path(__file__).parent.parent
TARGET = re.compile(r'(?:href|src)="([^"]+)"')


@pytest.mark.process
def test_the_site_is_built_and_its_links_lead_somewhere(tmp_path):
    pytest.importorskip("mkdocs")
    build = ["mkdocs", "build", "--strict", "-q", "-d", tmp_path]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *build],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr
    pages = sorted(tmp_path.rglob("index.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in TARGET.findall(text):
            url = urlsplit(target)
            if url.scheme or target.startswith(("#", "//")) or not url.path:
                continue
            path = page.parent / unquote(url.path)
            assert path.exists(), f"{page.relative_to(tmp_path)}: {target}"
        assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', text)


def test_every_public_name_is_in_the_reference():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    names = set(digitgan.__all__) - {"__version__"}
    assert names <= set(re.findall(r"^## `digitgan\.(\w+)`$", text, re.MULTILINE))


def test_every_page_is_in_the_site():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f"- {page.name}\n" in text, page.name
