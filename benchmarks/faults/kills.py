"""Trainings and data sets that are killed, signalled, starved or tampered with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from dataset_helpers import sha256_of_files, shard_records
from processes import COMMAND, Row, command
from record import ROOT

SCRIPT = ROOT / "tests" / "killed_training.py"
ASK = ["--count", 2000, "--format", "idx", "--shard-size", 40, "--workers", 2]


def training(folder: Path, kills: int) -> list[Row]:
    """Kill, signal and starve trainings, and take their folder away."""
    found = _play("kills", folder / "kills", kills)
    name = "kill -9 of a training, resumed to equal bytes"
    rows: list[Row] = [(name, kills, 0 if found["unequal"] else kills, "")]
    for number in (signal.SIGTERM, signal.SIGHUP):
        found = _play("signalled", folder / number.name, number)
        kept = found == {"code": 0, "model": True}
        rows.append((f"{number.name} of a training: a whole model", 1, int(kept), ""))
    full = _play("full_disk", folder / "full")
    kept = full["code"] == 1 and full["kept"] and full["resumed"] == 0
    one_line = len(full["said"]) == 1
    name = "no room for a training: one line, resumed"
    rows.append((name, 1, int(kept and one_line), ""))
    found = _play("two_at_once", folder / "two")
    one_alone = found["begun"] == [0, 2] and found["resumed"] in ([0, 2], [0, 0])
    kept = one_alone and found["apart"] == [0, 0] and all(found["equal"])
    name = "two trainings at once: into one folder, one refused; into two, equal"
    rows.append((name, 1, int(kept), ""))
    whole = {"code": 0, "events": True, "resumed": 0}
    kept = _play("removed", folder / "removed") == whole
    rows.append(("the folder of a training removed, resumed", 1, int(kept), ""))
    return rows


def _play(what: str, folder: Path, *more: int) -> dict:
    folder.mkdir()
    script = [sys.executable, SCRIPT, what, folder, *map(str, map(int, more))]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(script, env=quiet, stdout=-1, stderr=-3)
    return json.loads(done.stdout.splitlines()[-1])


def datasets(folder: Path, kills: int) -> list[Row]:
    """Kill data sets, make two at once, and let them write where nobody may."""
    command("dataset", folder / "whole", *ASK)
    whole = sha256_of_files(folder / "whole")
    equal = sum(
        _killed(folder / f"{number}", number) == whole for number in range(kills)
    )
    name = "kill -9 of a data set, gone on with to equal bytes"
    rows: list[Row] = [(name, kills, equal, "")]
    both = [_begun(folder / "both") for _ in "ab"]
    for process in both:
        process.wait()
    command("dataset", folder / "both", *ASK)
    same = sha256_of_files(folder / "both") == whole
    rows.append(("two data sets into one folder: equal bytes", 1, int(same), ""))
    code, lines, _ = command("dataset", "/proc/digits", *ASK)
    refused = int(code == 2 and len(lines) == 1)
    rows.append(
        ("a data set where nobody may write, refused in a line", 1, refused, "")
    )
    return rows


def _begun(out: Path) -> subprocess.Popen:
    ask = [*COMMAND, "dataset", str(out), *map(str, ASK)]
    return subprocess.Popen(ask, stdout=-3, stderr=-3)


def _killed(out: Path, number: int) -> dict:
    """Return the files of a data set that was killed after some shards."""
    process = _begun(out)
    while process.poll() is None and len(shard_records(out)) <= 3 * number:
        time.sleep(0.01)
    process.kill()
    process.wait()
    command("dataset", out, *ASK)
    return sha256_of_files(out)
