"""The command ``digitgan``: one verb for each thing people come for, a file each.

Heavy imports stay inside the verbs that need them, so that the light ones are quick.
"""

import io
import os
import sys
from typing import Annotated

import typer

from digitgan import __version__
from digitgan.cli import (
    adapt,
    dataset,
    evaluate,
    export,
    generate,
    info,
    inspect,
    serve,
    sheet,
    train,
)
from digitgan.errors import (
    DatasetFailed,
    ExportFailed,
    InputError,
    TrainingFailed,
    missing_extra,
)
from digitgan.memory import memory_bound

VERBS = (
    train,
    generate,
    dataset,
    inspect,
    evaluate,
    serve,
    sheet,
    adapt,
    export,
    info,
)
FAILURES = (TrainingFailed, DatasetFailed, ExportFailed)  # they say enough themselves

app: typer.Typer = typer.Typer(
    name="digitgan",
    help="A GAN that learns MNIST and writes realistic handwritten digits.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"digitgan {__version__}")
        raise typer.Exit


@app.callback(epilog="With --debug anywhere, an error shows Python's traceback.")
def _verbs(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Say which."
        ),
    ] = False,
) -> None:
    """A GAN that learns MNIST and writes realistic handwritten digits."""


for _verb in VERBS:
    _function = getattr(_verb, _verb.__name__.rpartition(".")[2])
    app.command(help=_verb.HELP)(_function)


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code.

    0: done. 2: the request was wrong, in one line. 1: it failed while working.
    """
    _suit_the_console()
    memory_bound.enforced = sys.platform == "linux"
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"] or ["--help"]
    try:
        code = app(arguments, prog_name="digitgan", standalone_mode=False)
    except Exception as error:
        if debug:
            raise
        code = _explain(error, verb=arguments[0])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _suit_the_console() -> None:
    """Let no console and no notebook around the command stop it."""
    os.environ["MPLBACKEND"] = "agg"  # a notebook's own may be missing here
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # such as cp1252, or ASCII
            stream.reconfigure(errors="replace")


def _explain(error: Exception, verb: str) -> int:
    """Print one line for people and return the exit code."""
    # A usage error; Typer's click may be its own or the installed one.
    usage_line = getattr(error, "format_message", None)
    if usage_line:
        line = usage_line()
    elif isinstance(error, InputError):
        line = error.line(_typed_name(verb, error.field))
    elif isinstance(error, ModuleNotFoundError) and (needs := missing_extra(error)):
        line = f"{verb} {needs}"
    elif isinstance(error, FAILURES):
        line = str(error)
    elif isinstance(error, OSError) and error.filename:
        line = f"{error.filename}: {error.strerror} (--debug shows where)"
    elif isinstance(error, OSError):
        line = f"{error.strerror or error} (--debug shows where)"
    else:
        line = f"{type(error).__name__}: {error} (--debug shows where)"
    said_by = "".join(f"{note}: " for note in getattr(error, "__notes__", ()))
    print(f"digitgan: {said_by}{' '.join(line.split())}", file=sys.stderr)
    return 2 if usage_line or isinstance(error, InputError) else 1


def _typed_name(verb: str, field: str) -> str:
    """Return how a verb's argument is typed: ``-o/--out`` or ``TEXT``.

    What the verb has no argument for keeps its name.
    """
    command = typer.main.get_group(app).commands.get(verb)
    for parameter in command.params if command else ():
        if parameter.name == field:
            is_option = parameter.param_type_name == "option"
            return "/".join(parameter.opts) if is_option else field.upper()
    return field
