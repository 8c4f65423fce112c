"""Errors are data: each says its line, survives a process pool, knows the nearest."""

import pickle
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from digitgan.errors import EXTRAS, InputError, import_extra
from digitgan.installation import pip_command

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("seed", -1, "0 to 9"), "seed is -1: allowed is 0 to 9"),
        (InputError("noise", None, "0 to 1"), "noise is None: allowed is 0 to 1"),
        (InputError("out", Path("x"), "a new folder"), "out is 'x': allowed is a new"),
        (
            InputError("out", Path("x"), "a new folder", "holds files"),
            "out 'x' holds files: allowed is a new folder",
        ),
        (
            InputError("read", None, "a photograph", "is missing"),
            "read is missing: allowed is a photograph",
        ),
        (InputError("serve", problem="needs more"), "serve needs more"),
        (InputError("text", "7" * 999, "digits"), f"text is '{'7' * 199}...: allowed"),
    ],
)
def test_an_error_says_its_line(error, line):
    assert str(error).startswith(line)
    assert error.line("--it").startswith("--it" + line[len(error.field) :])


def test_an_error_survives_a_process_pool():
    error = InputError("seed", -1, "0 to 9", "is odd")
    again = pickle.loads(pickle.dumps(error))
    assert (again.field, again.value, again.allowed, again.problem) == error.args
    assert str(again) == str(error)


def test_an_unknown_name_brings_the_nearest_one():
    error = InputError.unknown("preset", "dcgann", ["tiny", "dcgan"])
    assert error.allowed == "dcgan, tiny"
    assert str(error).startswith("preset 'dcgann' is unknown (did you mean 'dcgan'?): ")
    assert "mean" not in str(InputError.unknown("preset", "x", ["dcgan"]))


def test_a_missing_extra_is_named():
    def missing(package, **options):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, package, None)
            with pytest.raises(InputError) as caught:
                import_extra(package, "format", "it", **options)
        return str(caught.value)

    line = f"format 'it' needs lmdb: {pip_command('datasets')}"
    assert missing("lmdb") == line
    assert "[torch,export]" in missing("torch", extras="torch,export")
    with pytest.raises(ModuleNotFoundError):
        import_extra("digitgan.nowhere", "format")


def test_every_extra_that_errors_name_exists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    extras["train"] += extras["train-base"]
    assert "digitgan[train-base]" in extras["train"]
    distributions = {"cv2": "opencv", "sklearn": "scikit-learn", "starlette": "fastapi"}
    for extra, packages in EXTRAS.items():
        for package in packages.split():
            name = distributions.get(package, package).replace("_", "-")
            assert any(line.startswith(name) for line in extras[extra]), package


ORIGINS = {  # what an installer notes, and what installs more of the same
    None: 'pip install "digitgan[serve]"',
    '{"url": "file:///src/it", "dir_info": {}}': 'pip install "/src/it[serve]"',
    '{"url": "file:///a%20b", "dir_info": {"editable": true}}': (
        'pip install -e "/a b[serve]"'
    ),
    '{"url": "file:///d-1-py3-none-any.whl", "archive_info": {}}': (
        'pip install "digitgan[serve] @ file:///d-1-py3-none-any.whl"'
    ),
    '{"url": "https://host/d", "vcs_info": {"vcs": "git", "commit_id": "1a2b"}}': (
        'pip install "digitgan[serve] @ git+https://host/d@1a2b"'
    ),
}


@pytest.mark.parametrize(("origin", "command"), ORIGINS.items())
def test_more_is_installed_from_where_this_came_from(origin, command, monkeypatch):
    class Distribution:
        @staticmethod
        def from_name(name):
            return Distribution

        @staticmethod
        def read_text(name):
            return origin

    monkeypatch.setattr("digitgan.installation.Distribution", Distribution)
    assert pip_command("serve") == command


def test_what_is_not_installed_names_its_folder(monkeypatch, tmp_path):
    def none(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("digitgan.installation.Distribution.from_name", none)
    monkeypatch.chdir(tmp_path)
    assert pip_command("serve") == f'pip install "{ROOT}[serve]"'
    monkeypatch.chdir(ROOT)
    assert pip_command("serve") == 'pip install ".[serve]"'
