"""The verb ``export``."""

from pathlib import Path

import click

from digitgan.cli.options import PATH, model_argument
from digitgan.errors import InputError
from digitgan.quiet import quiet

HELP = """Write a model in another form, for another place.

\b
Formats:
  hub          a repository on the Hugging Face hub, with a model card
  keras        a .keras of stock layers, for keras.saving.load_model
  litert       a .tflite for LiteRT (TensorFlow Lite)
  onnx         a .onnx for any ONNX runtime
  openvino     a folder for OpenVINO
  safetensors  a folder: weights, graph as JSON, and a page of NumPy that draws
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


@click.command(help=HELP)
@model_argument
@click.option("--format", required=True, help="See above.")
@click.option("-o", "--out", type=PATH, help="The file or folder to write.")
@click.option("--repo", help="user/name, for the hub in place of OUT.")
def export(model: str, format: str, out: Path | None, repo: str | None) -> None:
    """Write a model in another form."""
    from digitgan.exporters import FORMATS, file_sizes
    from digitgan.exporters import export as write_export

    if format not in (names := [*FORMATS, "hub"]):
        raise InputError.unknown("format", format, names)
    to_hub = format == "hub"
    if (repo is not None, out is None) != (to_hub, to_hub):
        needed, other = ("repo", "out") if to_hub else ("out", "repo")
        problem = f"needs --{needed} and takes no --{other}"
        raise InputError("format", format, problem=problem)
    if repo is not None:
        from digitgan.handwriting.model import load

        print(load(model, threads=1).push_to_hub(repo))
    elif out is not None:
        lines = []
        with quiet():
            written = write_export(model, format, out, lines.append)
        sizes = file_sizes(written)
        count = f"{len(sizes)} file{'s' * (len(sizes) > 1)}"
        print(f"{written}: {count}, {sum(sizes.values()):,} bytes", *lines, sep="\n")
