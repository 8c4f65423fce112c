"""What a run looks like: curves of both players, and the sheets as a film."""

from pathlib import Path

import matplotlib.figure
from PIL import Image

from digitgan.files import replacing

MAX_FRAMES = 60


def draw_curves(
    path: Path,
    rows: list[dict[str, float]],
    scores: list[dict[str, float]],
    metric_title: str,
) -> None:
    """Draw the losses, D(real) and D(fake), and the distance from real images.

    Args:
        path: The picture to write.
        rows: Of ``log.csv``: epoch, d_loss, g_loss, d_real, d_fake and more.
        scores: Of ``scores.csv``: epoch and times_real.
        metric_title: What times_real is of; empty where nothing was measured.
    """
    figure = matplotlib.figure.Figure(figsize=(12, 3.4), layout="constrained")
    losses, probabilities, distance = figure.subplots(1, 3)
    epochs = [row["epoch"] for row in rows]

    def line(axes, name, label, colour):
        values = [row[name] for row in rows]
        axes.plot(epochs, values, colour, label=label)

    line(losses, "d_loss", "discriminator", "tab:blue")
    line(losses, "g_loss", "generator", "tab:orange")
    losses.set(title="Losses", xlabel="epoch", ylabel="cross-entropy (nats)")
    line(probabilities, "d_real", "D(real)", "tab:green")
    line(probabilities, "d_fake", "D(fake)", "tab:red")
    probabilities.axhline(0.5, color="grey", linestyle="--", label="cannot tell")
    probabilities.set(title="Probability of being real", xlabel="epoch", ylim=(0, 1))
    if metric_title:
        distance.semilogy(
            [row["epoch"] for row in scores],
            [row["times_real"] for row in scores],
            "tab:purple",
            marker="o",
            markersize=4,
            label="fakes",
        )
        distance.axhline(1, color="grey", linestyle="--", label="real digits")
        distance.set(title=f"{metric_title}, times that of real digits", xlabel="epoch")
    else:
        figure.delaxes(distance)
    for axes in figure.axes:
        axes.grid(alpha=0.3)
        axes.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=120)


def make_film(path: Path, sheets: list[Path]) -> None:
    """Join the sheets of a run into a GIF of a few seconds that rests at its end.

    Args:
        path: The GIF to write.
        sheets: PNG files of one size, in order; at least one. Of many, 60 are shown.
    """
    step = -(-len(sheets) // MAX_FRAMES)
    shown = sheets[::-1][::step][::-1]  # the last one always
    milliseconds = max(80, min(500, 8000 // len(shown)))
    frames = []
    for sheet in shown:
        with Image.open(sheet) as picture:
            frames.append(picture.reduce(2))
    durations = [milliseconds] * (len(frames) - 1) + [2500]
    first, *rest = frames
    with replacing(path) as temporary:
        first.save(
            temporary, save_all=True, append_images=rest, duration=durations, loop=0
        )
