"""The verb ``train``."""

from pathlib import Path
from typing import Any

import click

from digitgan.cli.options import PATH, clean_option
from digitgan.cli.quiet import import_keras_quietly, show_log
from digitgan.errors import InputError

RESUMABLE = ("data", "epochs", "minutes", "guard", "checkpoint_seconds")
PROCESS_GROUP = ("devices", "coordinator", "processes", "rank")

HELP = """Train a GAN and leave a run folder with everything worth keeping.

\b
Presets:
  dcgan        the classic: any digit, from 100 random numbers (default)
  textbook     the classic without what helps it: see the players wobble
  conditional  the same with labels: you choose the digit
  flagship     digit, stroke thickness and slant; what `digitgan generate` uses
  pictures     the same game for what is no digit: clothes, letters, your own
  stacked      three digits in three channels: are all 1,000 kinds found?
  tiny         seconds, for tests and first looks

\b
Examples:
  digitgan train                                  the classic, on MNIST
  digitgan train conditional --minutes 10         choose the digit later
  digitgan train textbook --epochs 6              what the penalty is good for
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
  srun -n 4 digitgan train --out runs/four                        or mpirun -n 4
"""


@click.command(help=HELP)
@click.argument("preset", required=False, help="dcgan unless given.")
@click.option("--data", help="A name, such as fashion-mnist, or a path.")
@clean_option
@click.option("--epochs", type=int, help="Passes over the data, in all.")
@click.option("--minutes", type=float, help="Stop after so much training.")
@click.option("--batch-size", type=int, help="Real digits in a step.")
@click.option("--learning-rate", type=float, help="Of both players.")
@click.option("--latent-dim", type=int, help="Random numbers behind a digit.")
@click.option(
    "--penalty", type=float, help="Gamma of the gradient penalties R1 and R2."
)
@click.option("--seed", type=int, help="Same seed, same digits [0]")
@click.option("--out", type=PATH, help="The run folder [runs/PRESET]")
@click.option(
    "--guard",
    help="When it fails: stop, rollback (to the last checkpoint, at half the learning "
    "rate, 3 times at most) or off [stop]",
)
@click.option(
    "--checkpoint-seconds",
    type=float,
    help="From one checkpoint to the next, at least [60]",
)
@click.option("--resume", type=PATH, help="Go on with the run in this folder.")
@click.option("--devices", type=int, help="Of this process, to share each batch (JAX).")
@click.option(
    "--coordinator", help="HOST:PORT of rank 0, or auto: as JAX finds it (JAX)."
)
@click.option("--processes", type=int, help="[what srun or mpirun says]")
@click.option("--rank", type=int, help="Of this process [likewise]")
def train(resume: Path | None, **options: Any) -> None:
    """Train, or go on with a run."""
    options["clean"] = options["clean"] or None
    given = {name: value for name, value in options.items() if value is not None}
    group = {name: given.pop(name) for name in PROCESS_GROUP if name in given}
    if group.get("devices", 1) < 1:
        raise InputError("devices", group["devices"], "1 or more")
    fixed = [name for name in given if name not in RESUMABLE]
    if resume and fixed:
        allowed = ", ".join(f"--{name.replace('_', '-')}" for name in RESUMABLE)
        allowed += " and those of devices and processes"
        problem = "cannot be changed in a run that is resumed"
        raise InputError(fixed[0], given[fixed[0]], allowed, problem)
    import_keras_quietly()
    show_log()
    from digitgan.training import train as training
    from digitgan.training.process_group import ProcessGroup

    process_group = ProcessGroup(**group)
    if resume:
        training.resume(resume, **given, process_group=process_group)
    else:
        training.train(**given, process_group=process_group)
