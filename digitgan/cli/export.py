"""The verb ``export``."""

from pathlib import Path
from typing import Annotated

import typer

from digitgan.cli.quiet import quiet
from digitgan.errors import InputError, unknown_name

HELP = """Write a model in another form, for another place.

\b
Formats:
  hub          a repository on the Hugging Face hub, with a model card
  litert       a .tflite for LiteRT (TensorFlow Lite)
  onnx         a .onnx for any ONNX runtime
  openvino     a folder for OpenVINO
  safetensors  a folder: weights, steps as JSON, and a page of NumPy that draws
  saved_model  a folder for TensorFlow
  torch        a .pt2 for torch.export.load
  web          a folder for any static host: Write and Explore without a server

\b
Examples:
  digitgan export --format torch -o digits.pt2           the model that comes with it
  digitgan export runs/conditional --format web -o site/
  python -m http.server --directory site                 to look at it here
  digitgan export runs/flagship --format hub --repo user/name
"""


def export(
    model: Annotated[
        str, typer.Argument(help="flagship, a model or run folder, or hf://user/name.")
    ] = "flagship",
    format: Annotated[str, typer.Option(help="See above.")] = ...,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file or folder to write.")
    ] = None,
    repo: Annotated[
        str | None, typer.Option(help="user/name, for the hub in place of OUT.")
    ] = None,
) -> None:
    """Write a model in another form."""
    from digitgan.export import FORMATS

    if format not in (names := [*FORMATS, "hub"]):
        raise unknown_name("format", format, names)
    if format == "hub":
        _check_place(format, repo=repo, out=out)
        _publish(model, repo)
    else:
        _check_place(format, out=out, repo=repo)
        _write(model, format, out)


def _check_place(format: str, **places) -> None:
    """Ask for the first of two places to write to, and refuse the second."""
    needed, other = places
    if places[needed] is None or places[other] is not None:
        raise InputError(f"format {format!r} needs --{needed} and takes no --{other}")


def _publish(model: str, repo: str) -> None:
    from digitgan.export.hub import publish
    from digitgan.handwriting.model import load

    print(publish(load(model, threads=1), repo))


def _write(model: str, format: str, out: Path) -> None:
    from digitgan import export

    lines = []
    with quiet():
        made = export.export(model, format, out, lines.append)
    sizes = export.files_in(made)
    count = f"{len(sizes)} file{'s' * (len(sizes) > 1)}"
    print(f"{made}: {count}, {sum(sizes.values()):,} bytes", *lines, sep="\n")
