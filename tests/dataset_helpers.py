"""What the tests of data sets share: a quick model, sums of folders, the command."""

import hashlib
import sys
import time

import pytest

from digitgan import cli
from digitgan.datasets.formats import FORMATS

FORMATS_OF_DIGITS = [name for name, one in FORMATS.items() if "digits" in one.kinds]


def sha256_of_files(folder):
    """Return the SHA-256 of every file below a folder, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run(capsys, *arguments):
    """Return exit code, output and error lines of ``digitgan dataset``."""
    with pytest.raises(SystemExit) as end:
        cli.main(["dataset", *map(str, arguments)])
    output = capsys.readouterr()
    return end.value.code or 0, output.out, output.err.splitlines()


def command(out, *arguments):
    """Return what runs ``digitgan dataset`` in a process of its own."""
    code = "from digitgan.cli import main; main()"
    return [sys.executable, "-c", code, "dataset", str(out), *map(str, arguments)]


def flags_of(options):
    """Return the options of ``make_dataset`` as flags of the command."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]


def shard_records(out):
    """Return the records of the shards that are whole."""
    return list((out / ".shards").glob("[0-9]*.json"))


def wait_for(true, seconds=60):
    """Wait until something is true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.002)
