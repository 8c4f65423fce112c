"""The verb ``train``."""

from pathlib import Path
from typing import Annotated

import typer

from digitgan.cli.quiet import import_keras_quietly, show_log
from digitgan.errors import InputError

HELP = """Train a GAN and leave a run folder with everything worth keeping.

\b
Presets:
  dcgan        the classic: any digit, from 100 random numbers (default)
  conditional  the same with labels: you choose the digit
  flagship     digit, stroke thickness and slant; what `digitgan generate` uses
  pictures     the same game for what is no digit: clothes, letters, your own
  stacked      three digits in three channels: are all 1,000 kinds found?
  tiny         seconds, for tests and first looks

\b
Examples:
  digitgan train                                  the classic, on MNIST
  digitgan train conditional --minutes 10         choose the digit later
  digitgan train dcgan --penalty 0 --out runs/textbook
  digitgan train --data my-digits/                pictures in a folder a class
  digitgan train --resume runs/dcgan --epochs 12  go on with a run
  digitgan train flagship --guard rollback --checkpoint-seconds 300
                                                  leave it alone over night

A run killed at any moment goes on with --resume as if nothing had happened.

\b
Several devices, on JAX (docs/scale.md):
  KERAS_BACKEND=jax digitgan train --devices 4
  digitgan train --coordinator HOST:5555 --processes 2 --rank 0   on the first host
  digitgan train --coordinator HOST:5555 --processes 2 --rank 1   on the second
"""


def train(  # noqa: PLR0913 - each is a flag
    preset: Annotated[str | None, typer.Argument(help="dcgan unless given.")] = None,
    data: Annotated[
        str | None, typer.Option(help="A name, such as fashion-mnist, or a path.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the data, in all.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop after so much training.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Real digits in a step.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Of both players.")
    ] = None,
    latent_dim: Annotated[
        int | None, typer.Option(help="Random numbers behind a digit.")
    ] = None,
    penalty: Annotated[
        float | None, typer.Option(help="Gamma of R1 and R2; 0: the textbook's game.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same digits [0]")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The run folder [runs/PRESET]")
    ] = None,
    guard: Annotated[
        str | None,
        typer.Option(
            help="When it fails: stop, rollback (to the last checkpoint, at half "
            "the learning rate, 3 times at most) or off [stop]"
        ),
    ] = None,
    checkpoint_seconds: Annotated[
        float | None,
        typer.Option(help="From one checkpoint to the next, at least [60]"),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the run in this folder.")
    ] = None,
    devices: Annotated[
        int | None, typer.Option(help="Of this process, to share each batch (JAX).")
    ] = None,
    coordinator: Annotated[
        str | None,
        typer.Option(help="HOST:PORT of rank 0, for several processes or hosts (JAX)."),
    ] = None,
    processes: Annotated[int, typer.Option(help="How many processes there are.")] = 1,
    rank: Annotated[int, typer.Option(help="Number of this one, from 0.")] = 0,
) -> None:
    """Train, or go on with a run."""
    new = {"preset": preset, "data": data, "seed": seed, "out": out}
    new |= {"batch_size": batch_size, "learning_rate": learning_rate}
    new |= {"latent_dim": latent_dim, "penalty": penalty}
    goal = {"epochs": epochs, "minutes": minutes}
    goal |= {"guard": guard, "checkpoint_seconds": checkpoint_seconds}
    if devices is not None and devices < 1:
        raise InputError("devices", devices, "1 or more")
    group = (devices or 0, coordinator, processes, rank)
    _start(resume, _given(new), _given(goal), group)


def _given(flags: dict) -> dict:
    """Return the flags that were given."""
    return {name: value for name, value in flags.items() if value is not None}


def _start(resume: Path | None, new: dict, goal: dict, group: tuple) -> None:
    """Begin a new run, or go on with one.

    Args:
        resume: Its folder.
        new: Flags that only a new run can have.
        goal: Flags that every run can have.
        group: The fields of :class:`digitgan.training.distribution.ProcessGroup`.
    """
    if resume and new:
        name, value = next(iter(new.items()))
        allowed = (
            "--epochs, --minutes, --guard, --checkpoint-seconds and those of devices "
            "and processes"
        )
        problem = "cannot be changed in a run that is resumed"
        raise InputError(name, value, allowed, problem)
    import_keras_quietly()
    show_log()
    from digitgan.training import train as training
    from digitgan.training.distribution import ProcessGroup

    process_group = ProcessGroup(*group)
    if resume:
        training.resume(resume, **goal, process_group=process_group)
    else:
        training.train(**new, **goal, process_group=process_group)
