"""What the tests of data sets share: a quick model, sums of folders, the command."""

import hashlib

import pytest
from model_folders import make_model

from digitgan import cli

NAMES = tuple("0123456789")


def sums(folder):
    """Return the SHA-256 of every file below a folder, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tiny_model(tmp_path_factory):
    """Return the folder of an untrained model that draws 40,000 digits a second."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny", "tiny", NAMES)


def run(capsys, *words):
    """Return exit code, output and error lines of ``digitgan dataset``."""
    with pytest.raises(SystemExit) as end:
        cli.main(["dataset", *map(str, words)])
    said = capsys.readouterr()
    return end.value.code or 0, said.out, said.err.splitlines()
