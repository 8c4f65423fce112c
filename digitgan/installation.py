"""Where this installation came from, and so what brings more of it."""

import json
import os
from importlib.metadata import Distribution, PackageNotFoundError, metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

NAME = "digitgan"


def pip_command(extras: str) -> str:
    """Return the command that adds extras, such as ``serve`` or ``sheet,train``.

    It names the folder, file or repository that this installation was made from; a
    package of an index only if this one came from there.
    """
    try:
        text = Distribution.from_name(NAME).read_text("direct_url.json")
    except PackageNotFoundError:  # not installed: run where it lies
        return _of_folder(Path(__file__).parent.parent, extras)
    if text is None:
        return f'pip install "{NAME}[{extras}]"'
    origin = json.loads(text)
    if (folder := origin.get("dir_info")) is not None:
        path = Path(url2pathname(urlsplit(origin["url"]).path))
        return _of_folder(path, extras, folder.get("editable", False))
    address = origin["url"]
    if version := origin.get("vcs_info"):
        address = f"{version['vcs']}+{address}@{version['commit_id']}"
    return f'pip install "{NAME}[{extras}] @ {address}"'


def release_file(name: str, version: str) -> str | None:
    """Return the address of a file of a release, which its build noted; else None."""
    try:
        addresses = metadata(NAME).get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    known = dict(line.split(", ", 1) for line in addresses)
    if repository := known.get("Repository"):
        return f"{repository}/releases/download/v{version}/{name}"
    return None


def _of_folder(folder: Path, extras: str, editable: bool = False) -> str:
    shown = "." if folder == Path.cwd() else os.fspath(folder)
    return f'pip install {"-e " * editable}"{shown}[{extras}]"'
