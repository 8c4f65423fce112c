"""What a run leaves at its end: pictures, the model folder and the scorecard."""

import logging
import shutil
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.figure
from matplotlib.ticker import LogFormatter
from PIL import Image

from digitgan.data.dataset import Dataset
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import licence_of
from digitgan.errors import InputError
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.load_samples import load_samples
from digitgan.files import replacing
from digitgan.handwriting.model import load
from digitgan.model.model_card import add_scores
from digitgan.model.model_folder import inference_gan, save_model
from digitgan.training.hardware import machine_name
from digitgan.training.latent_mean import match_class_means
from digitgan.training.latent_scale import tune_latent_scale
from digitgan.training.run import Run
from digitgan.training.training_loop import TrainingLoop
from digitgan.training.validation import FrechetDistance
from digitgan.untrusted import read_json

LOGGER = logging.getLogger("digitgan")
LOGGED_ROWS = 2  # of the scorecard
MAX_FRAMES = 60  # of the film
Rows = list[dict[str, float]]


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


def draw_curves(path: Path, rows: Rows, scores: Rows, metric_title: str) -> None:
    """Draw the losses, D(real) and D(fake), and the distance from real images.

    The rows are of ``log.csv``, the scores of ``scores.csv``, where there are some.
    """
    figure = matplotlib.figure.Figure(figsize=(12, 3.4), layout="constrained")
    losses, probabilities, distance = figure.subplots(1, 3)

    def line(axes, name, label, colour):
        epochs, values = zip(*((row["epoch"], row[name]) for row in rows), strict=True)
        axes.plot(epochs, values, colour, label=label)

    line(losses, "d_loss", "discriminator", "tab:blue")
    line(losses, "g_loss", "generator", "tab:orange")
    losses.set(title="Losses", xlabel="epoch", ylabel="cross-entropy (nats)")
    line(probabilities, "d_real", "D(real)", "tab:green")
    line(probabilities, "d_fake", "D(fake)", "tab:red")
    probabilities.axhline(0.5, color="grey", linestyle="--", label="cannot tell")
    probabilities.set(title="Probability of being real", xlabel="epoch", ylim=(0, 1))
    if scores:
        measured = {row["epoch"]: row["times_real"] for row in scores}
        style = {"color": "tab:purple", "marker": "o", "markersize": 4}
        distance.semilogy([*measured], [*measured.values()], **style, label="fakes")
        distance.axhline(1, color="grey", linestyle="--", label="real digits")
        distance.set(title=f"{metric_title}, times that of real digits", xlabel="epoch")
        distance.yaxis.set_major_formatter(LogFormatter())  # 2 and 10, not 2 x 10^0
        distance.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    else:
        figure.delaxes(distance)
    for axes in figure.axes:
        axes.grid(alpha=0.3)
        axes.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=120)


def make_film(path: Path, sheets: list[Path]) -> None:
    """Join PNG files of one size into a GIF of a few seconds that rests at its end."""
    step = -(-len(sheets) // MAX_FRAMES)
    shown = sheets[::-1][::step][::-1]  # the last one always
    frames = []
    for sheet in shown:
        with Image.open(sheet) as picture:
            frames.append(picture.reduce(2))
    milliseconds = max(80, min(500, 8000 // len(shown)))
    durations = [milliseconds] * (len(frames) - 1) + [2500]
    first, *rest = frames
    with replacing(path) as temporary:
        first.save(
            temporary, save_all=True, append_images=rest, duration=durations, loop=0
        )


def export_model(loop: TrainingLoop) -> None:
    """Write the model folder of a run, as far as it has been trained."""
    config, settings = loop.run.config, loop.run.config.settings
    overshoots = settings.overshoot > 1 and settings.image.channels == 1
    greys = loop.dataset.train.images if overshoots else None
    gan = inference_gan(loop.gan)
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
    if settings.match_means:
        match_class_means(gan, loop.images, loop.conditions)
        LOGGER.info("Moved the latents' mean of each class to where real images lie")
    given = gan, settings.image, loop.conditions, facts, greys
    if settings.scale_latents and isinstance(loop.metric, FrechetDistance):
        with TemporaryDirectory() as folder:
            save_model(Path(folder), *given)
            model, labels = load(folder), loop.conditions["label"]
            distance = loop.metric.distance_to_training_images
            scale = tune_latent_scale(gan, model, labels, distance)
        facts["latent_scale"] = scale
        LOGGER.info("Nearest to real images with latents %.2f times as long", scale)
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
