"""The documentation as a site: mkdocs build --strict (see mkdocs.yml).

The pages are those that people read in the repository, so this only brings in what
lies beside docs/ and turns links: to a page of the site where there is one, to the
repository (DIGITGAN_URL) where there is none, to words where none is known.
"""

import os
import re
from pathlib import Path, PurePosixPath

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent
BESIDE = {  # pages that lie elsewhere, by their place in the site
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
}
REPOSITORY = os.environ.get("DIGITGAN_URL", "").rstrip("/")
LINK = re.compile(
    r"(!?)\[((?:[^][]|\[[^]]*\])*)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)"
)
IN_NOTEBOOK = re.compile(r"\]\((\.\./docs/)?([\w-]+)\.(?:md|ipynb)\)")
ROLE = re.compile(r":(?:class|data|func|meth|mod):(<code>)")


def on_files(files, config):
    """Add the pages beside docs/, and the notebooks."""
    for name, source in BESIDE.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=text))
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        text = IN_NOTEBOOK.sub(_from_notebook, text)  # which becomes a folder
        files.append(File.generated(config, f"notebooks/{path.name}", content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    """Turn the links of a page."""
    place = page.file.src_uri
    source = PurePosixPath(BESIDE.get(place, f"docs/{place}"))

    def turned(link: re.Match) -> str:
        picture, words, target, anchor = link.groups()
        path = os.path.normpath(source.parent / target)
        there = {**{v: k for k, v in BESIDE.items()}}.get(path)
        if there is None and path.startswith(("docs/", "notebooks/")):
            inside = path.removeprefix("docs/")
            is_page = files.get_file_from_path(inside) and not inside.endswith(".py")
            there = inside if is_page else None
        if there:
            return f"{picture}[{words}]({there}{anchor or ''})"
        return f"[{words}]({REPOSITORY}/blob/main/{path})" if REPOSITORY else words

    markdown = markdown.replace('src="images/', 'src="../images/')  # of plain HTML
    return LINK.sub(turned, markdown)


def on_page_content(html, page, config, files):
    """Leave the roles of docstrings out, and keep what they name."""
    return ROLE.sub(r"\1", html)


def _from_notebook(link: re.Match) -> str:
    return f"](../{'../' if link[1] else ''}{link[2]}/)"
