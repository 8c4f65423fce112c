"""The documentation: links that lead somewhere, a tree of today, a short README."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
SCRIPTS = sorted([*ROOT.glob("benchmarks/**/*.py"), *ROOT.glob("[de]*s/*.py")])
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")
SCRIPT = re.compile(r"python3? ((?:docs|benchmarks|examples|tests)/\w+\.py)")
MODULE = re.compile(r"(?:python3? -m |:mod:`|:func:`)(digitgan(?:\.\w+)+)")


def anchors_of(text):
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {"#" + heading.strip().replace(" ", "-") for heading in words}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target, anchor in LINK.findall(text):
        if "://" in target:
            continue
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors_of(path.read_text(encoding="utf-8")), anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_name_scripts_and_modules_that_exist(page):
    text = page.read_text(encoding="utf-8")
    for script in SCRIPT.findall(text):
        assert (ROOT / script).is_file(), f"{page.name}: {script}"
    for module in MODULE.findall(text):
        path = ROOT / module.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), module


def test_the_tree_of_the_architecture_is_of_today():
    command = [sys.executable, str(ROOT / "docs" / "architecture.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_the_studios_teaching_page_is_that_of_the_docs():
    """Its pictures' bytes depend on zlib; its words and anchors do not."""
    pytest.importorskip("markdown")
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import teaching_page
    finally:
        sys.path.pop(0)
    data, there = re.compile(r"base64,[^\"]*"), teaching_page.OUT.read_text("utf-8")
    assert data.sub("", there) == data.sub("", teaching_page.teaching_page())
    linked = 0
    for page in teaching_page.OUT.parent.glob("*.html"):
        links = re.findall(r'"how_a_gan_learns#([\w-]+)"', page.read_text("utf-8"))
        linked += len(links)
        assert all(f'id="{link}"' in there for link in links), page.name
    assert linked > 15


def names_of(path):
    """Return what a module of this repository can be asked for by name."""
    if path.is_dir():
        return {one.stem for one in path.iterdir()} | names_of(path / "__init__.py")
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_import_what_there_is(script):
    """No test runs the benchmarks: what was renamed would show months later."""
    for node in ast.walk(ast.parse(script.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        for folder in (ROOT, script.parent, ROOT / "tests"):
            path = folder / node.module.replace(".", "/")
            path = path if path.is_dir() else path.with_suffix(".py")
            if path.exists() and node.module != "digitgan":  # whose names are lazy
                asked = {one.name for one in node.names}
                assert asked <= names_of(path), f"{script.name}: {node.module}"
