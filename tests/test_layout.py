"""The house keeps its order: rooms, imports, sizes, and a README that knows them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "digitgan"
SOURCES = sorted(PACKAGE.rglob("*.py"))
ROOMS = (  # data flows down this list; a room imports only from those above it
    {"errors", "files"},
    {"data"},
    {"model"},
    {"generation"},
    {"evaluation"},
    {"training"},
    {"export"},
    {"serving"},
    {"info"},
    {"cli"},
)


def room_of(name):
    return next(i for i, room in enumerate(ROOMS) if name in room)


def imported_rooms(path):
    for node in ast.walk(ast.parse(path.read_text())):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "digitgan":
            modules = [f"digitgan.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            parts = module.split(".")
            if parts[0] == "digitgan" and len(parts) > 1 and parts[1] != "__version__":
                yield parts[1]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_up(path):
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if name in ("__init__", "__main__"):
        return
    for imported in imported_rooms(path):
        assert room_of(imported) <= room_of(name), f"{name} imports {imported}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= 65, f"{node.name} has {lines} lines"


def test_the_readme_shows_every_file():
    readme = (ROOT / "README.md").read_text()
    missing = [p.name for p in SOURCES if p.name not in readme]
    assert missing == []


def test_training_never_touches_the_test_digits():
    """Nothing in the training room reads the test part of a data set."""
    for path in (PACKAGE / "training").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.Attribute) and node.attr == "test"), path
