"""The verb ``export``."""

from pathlib import Path
from typing import Annotated

import typer

HELP = """Write a model in another form, for another place.

\b
Formats:
  web    a folder for any static host: Write and Explore without a server

\b
Examples:
  digitgan export --format web -o site/                  the model that comes with it
  digitgan export runs/conditional --format web -o site/
  python -m http.server --directory site                 to look at it here
"""


def export(
    model: Annotated[
        str, typer.Argument(help="flagship, or a model or run folder.")
    ] = "flagship",
    format: Annotated[str, typer.Option(help="See above.")] = ...,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The file or folder to write.")
    ] = ...,
) -> None:
    """Write a model in another form."""
    from digitgan import export

    made = export.export(model, format, out)
    sizes = export.files_in(made)
    print(f"{made}: {len(sizes)} files, {sum(sizes.values()):,} bytes")
