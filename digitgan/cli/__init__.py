"""The command ``digitgan``: one verb for each thing people come for, a file each.

Heavy imports stay inside the verbs that need them, so that the light ones are quick.
"""

import sys

import typer

from digitgan.cli import (
    adapt,
    dataset,
    evaluate,
    export,
    generate,
    info,
    serve,
    sheet,
    train,
)
from digitgan.errors import DatasetFailed, ExportFailed, InputError, TrainingFailed

VERBS = (train, generate, dataset, evaluate, serve, sheet, adapt, export, info)
OURS = (InputError, TrainingFailed, DatasetFailed, ExportFailed)  # lines for people

app = typer.Typer(
    name="digitgan",
    help="A GAN that learns MNIST and writes realistic handwritten digits.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(epilog="With --debug anywhere, an error shows Python's traceback.")
def _verbs() -> None:
    """A GAN that learns MNIST and writes realistic handwritten digits."""


for verb in VERBS:
    name = verb.__name__.rpartition(".")[2]
    app.command(help=verb.HELP)(getattr(verb, name))


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code.

    0: done. 2: the request was wrong, in one line. 1: it failed while working.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    arguments = [word for word in arguments if word != "--debug"] or ["--help"]
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
    elif not usage and not isinstance(error, OURS):
        message = f"{type(error).__name__}: {message} (--debug shows where)"
    print(f"digitgan: {' '.join(message.split())}", file=sys.stderr)
    return 2 if usage or isinstance(error, InputError) else 1
