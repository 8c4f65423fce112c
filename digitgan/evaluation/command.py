"""What ``digitgan evaluate`` does: find the digits, judge them, show and keep it."""

import shlex
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from digitgan.data.load import load_dataset
from digitgan.errors import InputError
from digitgan.evaluation import load_samples, report, table
from digitgan.evaluation.scorecard import Scorecard, evaluate


def judge(
    subject: str | Path,
    level: str,
    data: str,
    seed: int,
    json_file: Path | None,
    html: Path | None,
) -> Scorecard:
    """Print the scorecard of some digits and write it where asked.

    Args:
        subject: What :func:`digitgan.evaluation.load_samples.find` takes.
        level: ``quick`` or ``full``.
        data: The real digits.
        seed: Of every sample.
        json_file: Where the figures go, if anywhere.
        html: Where the report goes, if anywhere.

    Raises:
        InputError: The digits cannot be read or judged; nothing was written.
    """
    for flag, path in (("--json", json_file), ("--html", html)):
        if path and path.is_dir():
            raise InputError(f"{flag} {str(path)!r} is a folder: name a file")
    real = load_dataset(data)
    images, labels = load_samples.find(subject, real, seed, level)
    if html and images.ndim == 4:
        raise InputError(f"--html {str(html)!r}: allowed for digits of one channel")
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("reading digits")

        def tell(step, steps, name):
            bar.update(task, completed=step, total=steps, description=f"{name:24}")

        card = evaluate(
            images, labels, level=level, data=real, seed=seed, progress=tell
        )
    table.show(card)
    if json_file:
        card.save(json_file)
    if html:
        words = ["digitgan", "evaluate", str(subject), f"--{level}"]
        words += ["--data", data, "--seed", str(seed)]
        report.write(html, card, images, labels, data=real, command=shlex.join(words))
    return card
