"""What a run looks like: curves of both players, and the sheets as a film."""

from pathlib import Path

import matplotlib.figure
from matplotlib.ticker import LogFormatter
from PIL import Image

from digitgan.files import replacing

MAX_FRAMES = 60
Rows = list[dict[str, float]]


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
