"""Notebooks: the three that come with it are run, and what a cell's value shows."""

import io
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitgan

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TRAININGS = {"make_a_data_set": 0, "watch_a_gan_learn": 2, "write_digits": 0}
SHORTER = {
    "MINUTES = 3": "MINUTES = 0.1",
    "count=12_000": "count=2_000",
    "epochs=4, verbose": "epochs=1, verbose",
}


def shortened(path):
    """Return a notebook that trains for a moment."""
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        for long, short in SHORTER.items():
            cell.source = cell.source.replace(long, short)
    return notebook


def check_outputs(notebook, trainings):
    """Hold what an executed notebook shows to pictures, and no framework's notes."""
    shown = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert sum("data:image/png" in str(o) or "image/png" in str(o) for o in shown) >= 2
    for output in shown:  # no progress that piles up, either
        assert output.output_type != "stream" or output.name == "stdout", output
    pages = [str(o.get("data", {}).get("text/html")) for o in shown]
    assert sum("D(fake)" in page for page in pages) == trainings


@pytest.mark.learns
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_its_first_cell_to_its_last(path, tmp_path):
    nbclient = pytest.importorskip("nbclient")
    notebook = shortened(path)
    resources = {"metadata": {"path": str(tmp_path)}}
    client = nbclient.NotebookClient(notebook, timeout=600, resources=resources)
    client.execute()
    check_outputs(notebook, TRAININGS[path.stem])


@pytest.mark.slow
def test_notebooks_run_from_the_wheel_in_an_empty_environment(tmp_path):
    """Their first cell installs all but Jupyter.

    What they show is kept under the test's folder, to be looked at.
    """
    nbformat = pytest.importorskip("nbformat")
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

    def run(*words):
        subprocess.run(list(map(str, words)), check=True, env=clean, cwd=tmp_path)

    run(sys.executable, "-m", "build", "--wheel", "-o", tmp_path, ROOT)
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    (wheel,), programs = tmp_path.glob("*.whl"), tmp_path / "venv" / "bin"
    run(programs / "pip", "install", "-q", "ipykernel", "nbclient")
    for path in sorted(NOTEBOOKS, key=lambda path: "write" not in path.stem):
        notebook, done = shortened(path), tmp_path / path.name
        for cell in notebook.cells:
            cell.source = cell.source.replace(
                'SOURCE = ".."', f'SOURCE = "{wheel.as_uri()}"'
            )
        nbformat.write(notebook, done)
        run(programs / "jupyter-execute", "--inplace", done)
        check_outputs(nbformat.read(done, 4), TRAININGS[path.stem])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_was_run_and_installs_in_one_cell(path):
    cells = json.loads(path.read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert sum("%pip install" in "".join(cell["source"]) for cell in code) == 1
    assert all(cell["execution_count"] for cell in code)
    assert any("image/png" in str(cell["outputs"]) for cell in code)


def test_notebooks_keep_the_tensorflow_that_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base = project["optional-dependencies"]["train-base"] + project["dependencies"]
    assert not any(line.startswith("tensorflow") for line in base)


def picture(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"))


def test_what_is_written_shows_itself():
    model = digitgan.load()
    written = model.write("2026", seed=7)
    assert np.array_equal(picture(written._repr_png_()), written.pixels)
    assert "data:image/png" in model._repr_html_() and "thickness: 1.4" in str(
        model._repr_html_()
    )
    walk = model.write_walk("7", toward=8, frames=3)
    assert "data:image/gif" in walk._repr_html_() and len(walk) == 3
    assert len(repr(model)) < 100 and len(repr(written)) < 100


def test_show_takes_images_and_data_sets(mnist):
    images = mnist.train.images[:12]
    assert digitgan.show(images).size == (560, 112)
    assert digitgan.show(images[0], scale=1).size == (28, 28)
    assert np.array_equal(
        255 - np.asarray(digitgan.show(images[0], scale=1)), images[0]
    )
    assert digitgan.show(mnist).size == digitgan.show(mnist.train).size == (560, 560)
    for wrong in (images.astype(float), images[:0], np.zeros((2, 2, 2, 2), np.uint8)):
        with pytest.raises(digitgan.InputError, match="images has shape"):
            digitgan.show(wrong)


def test_data_sets_show_their_digits(mnist, tmp_path):
    assert "data:image/png" in mnist._repr_html_()
    assert len(repr(mnist)) < 200 and "60,000 training" in repr(mnist)
    made = digitgan.make_dataset(tmp_path / "digits", count=20, format="npz")
    assert "20 digits as npz" in repr(made) and "data:image/png" in made._repr_html_()
    made = digitgan.make_dataset(
        tmp_path / "numbers", kind="numbers", count=3, format="png"
    )
    assert made._repr_html_().count("data:image/png") == 3


@pytest.mark.process  # not one itself, but ten seconds long
def test_a_run_and_its_scorecard_show_themselves(trained_run, mnist, monkeypatch):
    monkeypatch.setattr("digitgan.evaluation.metrics.networks.STEPS", 20)
    page = trained_run._repr_html_()
    assert page.count("data:image/png") == 2 and "tiny" in page
    assert Path(trained_run) == trained_run.folder and len(repr(trained_run)) < 400
    card = digitgan.evaluate(mnist.test.images[:500], labels=mnist.test.labels[:500])
    page = card._repr_html_()
    assert page.count("<tr>") == len(card.rows) + 1 and "as real" in repr(card)


def test_a_training_is_one_picture_updated_in_place(trained_run, monkeypatch):
    pytest.importorskip("IPython")
    from digitgan.training.clock import Clock
    from digitgan.training.progress import Progress
    from digitgan.training.progress_display import NotebookDisplay
    from digitgan.training.validation import Scores

    pages = []

    class Handle:
        update = staticmethod(pages.append)

    def display(page, display_id):
        assert display_id is True and not pages
        pages.append(page)
        return Handle

    monkeypatch.setattr("IPython.display.display", display)
    clock = Clock(trained_run.config.goal)
    shown = NotebookDisplay(trained_run, clock)
    shown.show_sheet(np.zeros((100, 28, 28), np.uint8))
    clock.set(Progress(step=5, seconds=2.0))
    logs = {"d_loss": 1.0, "g_loss": 1.0, "d_real": 0.75, "d_fake": 0.25}
    shown.show_distance(Scores(times_real=2.5, effective_classes=9.0))
    shown._last_update = 0.0
    shown.on_train_batch_end(4, logs)
    shown.on_train_batch_end(5, logs)  # too soon after it
    clock.interrupted = True
    shown.on_train_end()
    assert len(pages) == 3
    assert "D(real) 0.75" in pages[1].data and "data:image/png" in pages[1].data
    assert "images 2.5" in pages[1].data and "digitgan.resume" in pages[2].data
