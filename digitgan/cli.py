"""The command ``digitgan``: one verb for each thing people come for.

Heavy imports stay inside the verbs that need them, so that the light ones are quick.
"""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

import digitgan
from digitgan.errors import InputError, TrainingFailed

app = typer.Typer(
    name="digitgan",
    help="A GAN that learns MNIST and writes realistic handwritten digits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

TRAIN_HELP = """Train a GAN and leave a run folder with everything worth keeping.

\b
Presets:
  dcgan        the classic: any digit, from 100 random numbers (default)
  conditional  the same with labels: you choose the digit
  flagship     digit, stroke thickness and slant; what `digitgan generate` uses
  tiny         seconds, for tests and first looks

\b
Examples:
  digitgan train                                  the classic, on MNIST
  digitgan train conditional --minutes 10         choose the digit later
  digitgan train dcgan --penalty 0 --out runs/textbook
  digitgan train --data my-digits/                pictures in a folder a class
  digitgan train --resume runs/dcgan --epochs 12  go on with a run
"""


@app.callback(epilog="With --debug anywhere, an error shows Python's traceback.")
def _verbs() -> None:
    """A GAN that learns MNIST and writes realistic handwritten digits."""


@app.command(help=TRAIN_HELP)
def train(  # noqa: PLR0913 - each is a flag
    preset: Annotated[str | None, typer.Argument(help="dcgan unless given.")] = None,
    data: Annotated[
        str | None, typer.Option(help="mnist, fashion-mnist or a path [mnist]")
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
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the run in this folder.")
    ] = None,
) -> None:
    """Train, or go on with a run."""
    begin = {
        "preset": preset,
        "data": data,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "latent_dim": latent_dim,
        "penalty": penalty,
        "seed": seed,
        "out": out,
    }
    begin = {name: value for name, value in begin.items() if value is not None}
    if resume and begin:
        name = next(iter(begin)).replace("_", "-")
        raise InputError(
            f"--resume {resume} keeps the settings of its run: leave out {name}; "
            "allowed beside it are --epochs and --minutes"
        )
    _import_keras_quietly()
    goal = {"epochs": epochs, "minutes": minutes}
    if resume:
        digitgan.resume(resume, **goal)
    else:
        digitgan.train(**begin, **goal)


GENERATE_HELP = """Write digits, to a file or to the terminal.

\b
Examples:
  digitgan generate 2026                          in one hand, here
  digitgan generate 2026 -o year.png --seed 7     another seed, another hand
  digitgan generate 2026 -o year.gif              from this hand to the next
  digitgan generate 7 --thickness 4 --slant -20   bold, leaning left
  digitgan generate --digit 7 --count 100 -o sevens.npz
  digitgan generate --grid -o all.png             a row of ten for every digit
"""


@app.command(help=GENERATE_HELP)
def generate(  # noqa: PLR0913 - each is a flag
    text: Annotated[str | None, typer.Argument(help="Digits, such as 2026.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A .png, .npz or .gif.")
    ] = None,
    digit: Annotated[
        int | None, typer.Option(help="This one, again and again.")
    ] = None,
    count: Annotated[int | None, typer.Option(help="How many.")] = None,
    grid: Annotated[bool, typer.Option("--grid", help="Ten of every digit.")] = False,
    seed: Annotated[int, typer.Option(help="Same seed, same digits.")] = 0,
    thickness: Annotated[
        float | None, typer.Option(help="Of the strokes, in pixels.")
    ] = None,
    slant: Annotated[
        float | None, typer.Option(help="In degrees; positive leans right.")
    ] = None,
    variety: Annotated[
        float | None, typer.Option(help="0, the usual form, to 1, all forms [1]")
    ] = None,
    model: Annotated[
        str, typer.Option(help="flagship, or a model or run folder.")
    ] = "flagship",
) -> None:
    """Write digits."""
    from digitgan.generation import command

    command.generate(
        text,
        out=out,
        model=model,
        digit=digit,
        count=count,
        sheet=grid,
        seed=seed,
        thickness=thickness,
        slant=slant,
        variety=variety,
    )


EVALUATE_HELP = """Say how good digits are, beside the same figures for real digits.

\b
Examples:
  digitgan evaluate                               the model that comes with it
  digitgan evaluate runs/dcgan                    a run or a model folder
  digitgan evaluate fakes.npz --html report.html  x (N, 28, 28), and y if known
  digitgan evaluate runs/conditional --full --json card.json
"""


@app.command(help=EVALUATE_HELP)
def evaluate(
    subject: Annotated[
        str,
        typer.Argument(help="A model or run folder, an NPZ, a data set folder."),
    ] = "flagship",
    full: Annotated[
        bool, typer.Option("--full/--quick", help="Minutes and every figure.")
    ] = False,
    data: Annotated[str, typer.Option(help="The real digits.")] = "mnist",
    seed: Annotated[
        int, typer.Option(help="Of every sample.", min=0, max=2**32 - 1)
    ] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the scorecard.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a report in one file.")
    ] = None,
) -> None:
    """Judge digits."""
    from digitgan.evaluation.command import judge

    if full and find_spec("keras"):  # the scorecard says so where it is missing
        _import_keras_quietly()
    judge(subject, "full" if full else "quick", data, seed, json_file, html)


@app.command()
def info(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what is installed and where things are, for a look or a bug report."""
    from digitgan.info import describe

    facts = describe()
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        print(f"{name:12} {value}")


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code.

    0: done. 2: the request was wrong, in one line. 1: it failed while working.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    arguments = [word for word in arguments if word != "--debug"]
    try:
        code = app(arguments, prog_name="digitgan", standalone_mode=False)
    except Exception as error:
        if debug:
            raise
        code = _explain(error)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _explain(error: Exception) -> int:
    """Print one line for people and return the exit code."""
    usage = hasattr(error, "format_message")
    message = error.format_message() if usage else str(error)
    if isinstance(error, ModuleNotFoundError):
        message = f"{error}: training needs  pip install 'digitgan[train]'"
    elif not usage and not isinstance(error, InputError | TrainingFailed):
        message = f"{type(error).__name__}: {message} (--debug shows where)"
    print(f"digitgan: {' '.join(message.split())}", file=sys.stderr)
    return 2 if usage or isinstance(error, InputError) else 1


def _import_keras_quietly() -> None:
    """Keep TensorFlow's start-up notes off the screen; errors still come as errors."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    try:
        import keras  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(silence)
        os.close(kept)
