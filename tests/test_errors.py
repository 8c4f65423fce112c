"""Errors are data: each says its line, survives a process pool, knows the nearest."""

import pickle
import sys
import tomllib
from pathlib import Path

import pytest

from digitgan.errors import EXTRAS, InputError, import_extra

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

    line = "format 'it' needs lmdb: pip install 'digitgan[datasets]'"
    assert missing("lmdb") == line
    assert "'digitgan[torch,export]'" in missing("torch", extras="torch,export")
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
