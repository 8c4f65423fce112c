"""Consoles, notebooks and older programs around the command."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from rich.console import Console
from test_cli import refused, run

from digitgan.cli import main
from digitgan.data.image_grid import to_block_characters


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_digits_are_printed_on_any_console(few, monkeypatch, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    for arguments in (["generate", "12"], ["inspect", str(few)], ["train", "--help"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert not end.value.code
    stream.flush()
    text = stream.buffer.getvalue().decode(encoding)
    assert ("█" if encoding == "utf-8" else "#") in text and "?" not in text[:200]


def test_block_characters_of_ascii(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, :3, 0], image[0, 0, 1], image[0, 1, 2] = 255, 255, 255
    assert to_block_characters(image) == "#'.\n'"


def test_the_backend_of_a_notebook_is_not_asked_for(monkeypatch, capsys):
    monkeypatch.setenv("MPLBACKEND", "module://nothing.such")
    assert run(capsys, "info")[0] == 0
    assert os.environ["MPLBACKEND"] == "agg"


def test_forced_colour_makes_no_screen_of_a_file(trained_run, monkeypatch):
    pytest.importorskip("keras")
    from digitgan.training.progress_display import LiveDisplay
    from digitgan.training.training_loop import choose_display

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not isinstance(choose_display(trained_run, None), LiveDisplay)


def test_the_live_screen_shows_digits_and_how_the_distance_falls():
    pytest.importorskip("keras")
    from digitgan.training.clock import Clock
    from digitgan.training.progress import Goal, Progress
    from digitgan.training.progress_display import LiveDisplay
    from digitgan.training.validation import Scores

    clock, console = Clock(Goal(4, None, 100)), Console(width=80, file=io.StringIO())
    display = LiveDisplay(clock, 64, console)
    clock.progress = Progress(150, 60.0)
    for times_real in (4.04, 1.9):
        display.show_distance(Scores(times_real, 1.0))
    display.show_sheet(np.full((100, 28, 28), 255, np.uint8))
    console.print(display.render())
    screen = console.file.getvalue()
    assert "distance to real images 4.0 → 1.9\n" in screen
    assert "after 1.5 epochs" in screen and screen.count("▀") == 7 * 70


def test_a_run_goes_on_with_data_that_has_moved(
    trained_run, run_copy, tmp_path, capsys, monkeypatch
):
    from digitgan.training import train

    monkeypatch.setattr(train, "_train_and_export", lambda loop: loop.run)
    digits, moved = trained_run.folder.parent / "digits.npz", tmp_path / "moved.npz"
    moved.write_bytes(digits.read_bytes())
    path, config = run_copy.config_path, json.loads(run_copy.config_path.read_text())
    path.write_text(json.dumps(config | {"data": str(tmp_path / "gone.npz")}))
    resume = ("train", "--resume", run_copy.folder, "--epochs", 3)
    line = refused(capsys, *resume)
    assert "without its data" in line and "--data where it lies now" in line
    assert "training digits" in refused(capsys, *resume, "--data", "mnist")
    assert run(capsys, *resume, "--data", moved)[0] == 0
    assert json.loads(path.read_text())["data"] == str(moved)


@pytest.mark.process
def test_tensorflow_is_quiet_from_python_as_from_the_command():
    pytest.importorskip("tensorflow")
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    code = "import digitgan; digitgan.train; print('here')"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (result.stdout, result.stderr) == ("here\n", "")


@pytest.mark.process
def test_the_settings_of_an_older_project_change_nothing(tmp_path):
    pytest.importorskip("tensorflow")
    old = {"floatx": "float16", "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(old | {"backend": "tensorflow"}))
    code = "import digitgan.training.train, keras; x = keras.layers.Conv2D(3, 4); "
    code += "x.build((1, 8, 8, 5)); print(x.kernel.shape, x.kernel.dtype)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"KERAS_HOME": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert result.stdout == "(4, 4, 5, 3) float32\n", result
