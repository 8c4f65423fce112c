"""The command ``digitgan``: one verb for each thing people come for, a file each.

Heavy imports stay inside the verbs that need them, so that the light ones are quick.
"""

import io
import os
import sys
from typing import Any

import click

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

EPILOG = """\b
With --debug anywhere, an error shows Python's traceback.
The shell completes after  eval "$(_DIGITGAN_COMPLETE=bash_source digitgan)"
(or zsh_source; fish: _DIGITGAN_COMPLETE=fish_source digitgan | source).
"""


class _InThisOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; click would begin a line of its own after Ctrl-C."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None


@click.group(
    cls=_InThisOrder,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """A GAN that learns MNIST and writes realistic handwritten digits."""
    from digitgan.untrusted import memory_bound

    memory_bound.enforced = sys.platform == "linux"


for _verb in VERBS:
    app.add_command(getattr(_verb, _verb.__name__.rpartition(".")[2]))


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code.

    0: done. 2: the request was wrong, in one line. 1: it failed while working.
    """
    _suit_the_console()
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"] or ["--help"]
    try:
        code = app(arguments, prog_name="digitgan", standalone_mode=False)
    except click.Abort:  # Ctrl-C
        code = 130
    except Exception as error:
        if debug:
            raise
        code = _explain(error, verb=arguments[0])
    sys.exit(code)


def _suit_the_console() -> None:
    """Let no console and no notebook around the command stop it."""
    os.environ["MPLBACKEND"] = "agg"  # a notebook's own may be missing here
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # such as cp1252, or ASCII
            stream.reconfigure(errors="replace")


def _explain(error: Exception, verb: str) -> int:
    """Print one line for people and return the exit code."""
    if isinstance(error, click.UsageError):
        line = error.format_message()
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
    return 2 if isinstance(error, (click.UsageError, InputError)) else 1


def _typed_name(verb: str, field: str) -> str:
    """Return how a verb's argument is typed: ``-o/--out`` or ``TEXT``.

    What the verb has no argument for keeps its name.
    """
    command = app.commands.get(verb)
    for parameter in command.params if command else ():
        if parameter.name == field:
            is_option = parameter.param_type_name == "option"
            return "/".join(parameter.opts) if is_option else field.upper()
    return field
