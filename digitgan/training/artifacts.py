"""What a run leaves at its end: pictures, the model folder and the scorecard."""

import logging
import shutil
from dataclasses import asdict

from digitgan.data.dataset import Dataset
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import licence_of
from digitgan.errors import InputError
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.load_samples import load_samples
from digitgan.files import read_json, replacing
from digitgan.model.model_card import add_scores
from digitgan.model.model_folder import save_model
from digitgan.training.hardware import machine_name
from digitgan.training.plots import draw_curves, make_film
from digitgan.training.run import Run
from digitgan.training.training_loop import TrainingLoop

LOGGER = logging.getLogger("digitgan")
LOGGED_ROWS = 2  # of the scorecard


def draw_pictures(loop: TrainingLoop) -> None:
    """Write ``curves.png``, ``progress.gif`` and ``samples.png``, where wanted."""
    run, metric_title = loop.run, loop.metric.title if loop.metric else ""
    if not run.config.artifacts:
        return
    if rows := run.read_log():
        draw_curves(run.curves_path, rows, run.read_scores(), metric_title)
    sheets = [run.sample_sheet(epoch) for epoch in run.sample_epochs()]
    if not sheets:
        return  # the folder was removed
    make_film(run.film_path, sheets)
    with replacing(run.samples_path) as temporary:
        shutil.copyfile(sheets[-1], temporary)


def export_model(loop: TrainingLoop) -> None:
    """Write the model folder of a run, as far as it has been trained."""
    config, settings = loop.run.config, loop.run.config.settings
    overshoots = settings.overshoot > 1 and settings.image.channels == 1
    greys = loop.dataset.train.images if overshoots else None
    facts = {
        "preset": config.preset,
        "settings": asdict(settings),
        "classes": list(config.classes),
        "command": config.command,
        "seed": config.seed,
        "backend": config.backend,
        "epochs": loop.clock.epochs,
        "seconds": round(loop.clock.progress.seconds, 1),
        "data": loop.dataset.source.split(", from ")[0],
        "data_sha256": config.data_sha256,
        "licence": licence_of(config.data),
        "machine": machine_name(),
    }
    given = loop.gan, settings.image, loop.conditions, facts, greys
    save_model(loop.run.model_folder, *given)


def is_exported(loop: TrainingLoop) -> bool:
    """Whether the model folder is of this step; a kill may have come before."""
    path = loop.run.model_folder / "model.json"
    return path.exists() and read_json("resume", path)["epochs"] == loop.clock.epochs


def write_scorecard(run: Run, dataset: Dataset) -> None:
    """Evaluate the finished model quickly; write ``scorecard.json`` and its card.

    Data that the model cannot be compared with (no labels, no test part) gets none.
    """
    LOGGER.info("Judging the digits ...")
    try:
        real = load_dataset("mnist") if dataset.kind == "triplets" else dataset
        samples = load_samples(run.folder, real, run.config.seed)
        scorecard = evaluate(samples, data=real)
    except InputError as reason:
        LOGGER.info("No scorecard: %s", reason)
        return
    scorecard.save(run.scorecard_path)
    scores = {
        row.name: (row.value, row.real)
        for row in scorecard.rows
        if row.value is not None and row.real is not None
    }
    add_scores(run.model_folder, scores)
    for name, (value, real) in list(scores.items())[:LOGGED_ROWS]:
        LOGGER.info("%s: %.5g; real digits have %.5g", name, value, real)
