"""The scorecard of a model of other pictures, beside the same of real ones.

    python3 main.py pictures --data fashion-mnist --minutes 50 --out runs/fashion
    python -m digitgan.evaluation.train_classifier --data fashion-mnist
    python benchmarks/other_writing.py runs/fashion fashion-mnist

About five minutes on two cores.
"""

import json
import sys

import numpy as np
from record import ROOT, publish

import digitgan
from digitgan.data.image_grid import grid
from digitgan.data.load import load_dataset
from digitgan.measure.classifier import classifier_path

COLUMNS = 16  # of each class in the picture
SHEET = ROOT / "docs" / "images" / "other-writing.png"


def main(run: str, name: str) -> None:
    """Measure, draw, publish."""
    data, model = load_dataset(name), digitgan.load(run)
    card = digitgan.evaluate(model, level="full", data=data)
    lines = ["| figure | these | spread | real | times, or more |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.name} (n = {row.n:,}) | {' | '.join(row.numbers())} |"
        for row in card.rows
        if row.value is not None
    ]
    facts = model.description
    classifier = json.loads(classifier_path(data).with_suffix(".json").read_text())
    accuracy = 100 * classifier["accuracy"]["test"]
    lines += [
        "",
        f"`{facts['command']}`: {facts['epochs']:.0f} epochs in "
        f"{facts['seconds'] / 60:.0f} minutes on {facts['machine']}. The "
        f"classifier (`{classifier['command']}`, {classifier['seconds'] / 60:.0f} "
        f"minutes) gets {accuracy:.1f} % of the test pictures right.",
        "",
        f"![{COLUMNS} drawn of each class](images/{SHEET.name})",
    ]
    rows = np.repeat(np.arange(len(model.classes)), COLUMNS)
    grid(model.sample(rows, seed=1), COLUMNS).save(SHEET, optimize=True)
    publish(
        "other-writing",
        "docs/other-writing.md",
        {"scorecard": card.to_dict(), "classifier": classifier},
        "\n".join(lines),
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
