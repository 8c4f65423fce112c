"""The house keeps its order: rooms, imports without circles, small files."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "digitgan"
SOURCES = sorted(PACKAGE.rglob("*.py"))
ROOMS = (  # data flows down this list; a room imports only from those above it
    {
        "cpu",
        "dataclass_json",
        "errors",
        "files",
        "hub",
        "installation",
        "limits",
        "npz",
        "quiet",
    }
    | {"random_streams", "untrusted"},
    {"data"},
    {"measure"},
    {"model"},
    {"sampling"},
    {"handwriting"},
    {"datasets"},
    {"evaluation"},
    {"training"},
    {"exporters"},
    {"serving"},
    {"info"},
    {"cli"},
)
BY_STRING = re.compile(r"digitgan(\.\w+)+")  # what import_module() may be given


def module_of(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in SOURCES}


def nearest_module(name):
    """Return the module that a dotted name lies in; empty outside the package."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


@cache
def imports_of(path):
    """Return every module a file imports: at its top, in functions, by string."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative imports hide where they lead"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.partition(":")[0]
            if BY_STRING.fullmatch(text) and path != PACKAGE / "__init__.py":
                found.add(text)
    found = {nearest_module(name) for name in found if name.startswith("digitgan.")}
    return found - {"", "digitgan", module_of(path)}


def room_of(module):
    name = module.split(".")[1]
    return next(i for i, room in enumerate(ROOMS) if name in room)


def test_imports_point_up():
    for path in SOURCES:
        module = module_of(path)
        if module in ("digitgan", "digitgan.__main__"):
            continue
        for imported in imports_of(path):
            line = f"{module} imports {imported}"
            assert room_of(imported) <= room_of(module), line


def test_no_imports_in_a_circle():
    arrows = {module_of(path): imports_of(path) for path in SOURCES}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_files_and_functions_stay_small():
    for path in SOURCES:
        text = path.read_text()
        assert len(text.splitlines()) <= 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                assert lines <= 67, f"{path}: {node.name} has {lines} lines"


def test_training_never_touches_the_test_digits():
    """Nothing in the training room reads the test part of a data set."""
    for path in (PACKAGE / "training").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.Attribute) and node.attr == "test"), path
