"""Make the pictures of the documentation from real runs.

    python docs/figures.py

Trains what is not there yet: ``runs/dcgan`` (the default), ``runs/textbook`` (the same
without what helps it) and ``runs/broken`` (the textbook's game at a learning rate of
0.05, which is far too high). About twelve minutes on two cores.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import digitgan
from digitgan.errors import TrainingFailed
from digitgan.training.run import Run

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from record import publish  # noqa: E402

IMAGES = ROOT / "docs" / "images"
RUNS = {
    "dcgan": ("dcgan", {}),
    "textbook": ("textbook", {"epochs": 6}),
    "broken": ("textbook", {"learning_rate": 0.05, "epochs": 3}),
}


def open_or_train(name: str) -> tuple[Run, str]:
    """Return a run and what stopped it, if anything did."""
    folder = ROOT / "runs" / name
    if (folder / "config.json").exists():
        note = folder / "stopped.txt"
        return Run.open(folder), note.read_text() if note.exists() else ""
    try:
        preset, settings = RUNS[name]
        return digitgan.train(preset, out=folder, **settings), ""
    except TrainingFailed as failure:
        (folder / "stopped.txt").write_text(str(failure))
        return Run.open(folder), str(failure)


def strip(run: Run) -> Image.Image:
    """Stack the first digit of each row of every sheet: ten latents, epoch by epoch."""
    lines = []
    for path in sorted(run.samples_folder.glob("*.png")):
        sheet = np.asarray(Image.open(path))
        side = sheet.shape[1] // 10
        rows = np.split(sheet[:, :side], len(sheet) // side)
        lines.append(np.concatenate(rows, axis=1))
    return Image.fromarray(np.concatenate(lines))


def last_distance(run: Run) -> str:
    """Return the last Frechet distance of a run, as multiples of real digits'."""
    scores = run.read_scores()
    return f"{scores[-1]['times_real']:.1f}" if scores else "not measured"


def main() -> None:
    """Train what is missing and copy or draw every picture."""
    IMAGES.mkdir(exist_ok=True)
    lines = [
        "| run | command | epochs | last D(real) | last D(fake) "
        "| distance, times that of real digits | stopped by |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    results = {}
    for name in RUNS:
        run, failure = open_or_train(name)
        shutil.copyfile(run.folder / "curves.png", IMAGES / f"{name}-curves.png")
        strip(run).save(IMAGES / f"{name}-epochs.png")
        last, distance = run.read_log()[-1], last_distance(run)
        d_real, d_fake = (abs(round(last[name], 2)) for name in ("d_real", "d_fake"))
        lines.append(
            f"| {name} | `{run.config.command}` | {last['epoch']:.1f} | {d_real:.2f} "
            f"| {d_fake:.2f} | {distance} | {failure or '-'} |"
        )
        results[name] = {"last": last, "distance": distance, "failure": failure}
    dcgan = ROOT / "runs" / "dcgan"
    shutil.copyfile(dcgan / "samples.png", IMAGES / "dcgan-samples.png")
    shutil.copyfile(dcgan / "progress.gif", IMAGES / "progress.gif")
    publish("figures", "docs/how-a-gan-learns.md", results, "\n".join(lines))


if __name__ == "__main__":
    main()
