"""The page about loggers: its blocks are run, with fewer digits and no network."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "logging.md").read_text()
BLOCKS = dict(re.findall(r"<!-- run: (\w+) -->\n```python\n(.*?)```", PAGE, re.DOTALL))


def run(name, folder, few, **environment):
    environment = {**os.environ, "WANDB_MODE": "offline", **environment}
    assert BLOCKS[name].count("epochs=") == 1
    block = BLOCKS[name].replace("epochs=", f"data={str(few)!r}, epochs=")
    command = [sys.executable, "-c", block]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "runs" / "tiny" / "samples.png").is_file()


@pytest.mark.slow
def test_mlflow_sees_a_training_unasked(few, tmp_path):
    pytest.importorskip("mlflow")
    run("mlflow", tmp_path, few, MLFLOW_TRACKING_URI=f"sqlite:///{tmp_path}/mlflow.db")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        logged = {key for (key,) in database.execute("select key from metrics")}
    assert {"d_loss", "g_loss", "d_real", "d_fake"} <= logged
    assert any(path.name == "samples.png" for path in tmp_path.glob("mlruns/**/*.png"))


@pytest.mark.slow
def test_wandb_reads_the_events(few, tmp_path):
    pytest.importorskip("wandb")
    run("wandb", tmp_path, few)
    (record,) = tmp_path.glob("wandb/offline-run-*/*.wandb")
    content = record.read_bytes()
    assert b"d_loss" in content and b"samples" in content


@pytest.mark.learns
def test_a_callback_looks_on(few, tmp_path):
    run("callback", tmp_path, few)


def test_tensorboard_has_numbers_and_pictures(trained_run):
    event_file_loader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_file_loader"
    )
    (path,) = trained_run.events_folder.glob("events.*")
    events = event_file_loader.LegacyEventFileLoader(str(path)).Load()
    values = [value for event in events for value in event.summary.value]
    tags = {value.tag for value in values}
    assert {"d_loss", "g_loss", "samples"} <= tags
    picture = next(value.image for value in values if value.tag == "samples")
    assert picture.encoded_image_string.startswith(b"\x89PNG")
    assert (picture.height, picture.width) == (560, 560)
