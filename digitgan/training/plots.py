"""What a run looks like: curves of both players, and the sheets as a film."""

from pathlib import Path

import matplotlib.figure
from PIL import Image

from digitgan.files import replacing


def draw_curves(path: Path, rows: list[dict[str, float]]) -> None:
    """Draw the losses, and the discriminator's opinion against the 0.5 line.

    Args:
        path: The picture to write.
        rows: Of ``log.csv``: epoch, d_loss, g_loss, d_real, d_fake and more.
    """
    figure = matplotlib.figure.Figure(figsize=(9, 3.6), layout="constrained")
    losses, opinion = figure.subplots(1, 2)
    epochs = [row["epoch"] for row in rows]

    def line(axes, name, label, colour):
        values = [row[name] for row in rows]
        axes.plot(epochs, values, colour, label=label)

    line(losses, "d_loss", "discriminator", "tab:blue")
    line(losses, "g_loss", "generator", "tab:orange")
    losses.set(title="Losses", xlabel="epoch", ylabel="cross-entropy (nats)")
    line(opinion, "d_real", "D(real)", "tab:green")
    line(opinion, "d_fake", "D(fake)", "tab:red")
    opinion.axhline(0.5, color="grey", linestyle="--", label="cannot tell")
    opinion.set(title="Probability of being real", xlabel="epoch", ylim=(0, 1))
    for axes in (losses, opinion):
        axes.grid(alpha=0.3)
        axes.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=120)


def make_film(path: Path, sheets: list[Path], milliseconds: int = 500) -> None:
    """Join the sheets of a run into a GIF that rests on its last picture.

    Args:
        path: The GIF to write.
        sheets: PNG files of one size, in order; at least one.
        milliseconds: How long each is shown.
    """
    frames = []
    for sheet in sheets:
        with Image.open(sheet) as picture:
            frames.append(picture.convert("L").reduce(2))
    durations = [milliseconds] * (len(frames) - 1) + [5 * milliseconds]
    first, *rest = frames
    with replacing(path) as temporary:
        first.save(
            temporary, save_all=True, append_images=rest, duration=durations, loop=0
        )
