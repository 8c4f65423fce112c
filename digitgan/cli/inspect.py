"""The verb ``inspect``."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import click

from digitgan.cli.options import PATH, clean_option, json_option
from digitgan.cli.quiet import show_log

HELP = """Say what a data set holds and what looks wrong, before you train on it.

\b
Examples:
  digitgan inspect my-digits/
  digitgan inspect digits.npz -o digits.png       and a row of ten for each class
  digitgan inspect my-digits/ --json              one object, for programs
"""


@click.command(help=HELP)
@click.argument("data", help="A name, such as mnist, or a path.")
@click.option("-o", "--out", type=PATH, help="A contact sheet, a .png.")
@clean_option
@json_option
def inspect(data: str, out: Path | None, clean: bool, as_json: bool) -> None:
    """Inspect a data set."""
    from digitgan.data.image_grid import to_block_characters
    from digitgan.data.load import load_dataset
    from digitgan.errors import InputError
    from digitgan.evaluation import inspect as inspection
    from digitgan.files import replacing

    if out and out.suffix.lower() != ".png":
        raise InputError("out", out, "a name that ends in .png")
    if not as_json:
        show_log()
    dataset = load_dataset(data, clean)
    found = inspection.inspect(dataset)
    if out:
        with replacing(out) as temporary:
            inspection.contact_sheet(dataset).save(temporary)
    if as_json:
        print(json.dumps(asdict(found), indent=2))
        return
    blocks = inspection.one_of_each(dataset)
    print(to_block_characters(blocks, shutil.get_terminal_size().columns))
    print("\n".join(_lines(found)))
    if out:
        print(f"contact sheet  {out}")


def _lines(found) -> list[str]:
    """Return what was found, a line for each fact."""
    size = " x ".join(map(str, found.size))
    facts = {
        "source": found.source,
        "images": f"{found.count:,} of {size}, values {found.range[0]} to "
        f"{found.range[1]}, {found.duplicates:,} duplicates",
        "parts": ", ".join(f"{n:,} {name}" for name, n in found.parts.items()),
        "classes": ", ".join(f"{name}: {n:,}" for name, n in found.classes.items())
        or "no labels",
    }
    if found.agreement is not None:
        facts["read as labelled"] = f"{found.agreement:.1%}"
    lines = [f"{name:16} {fact}" for name, fact in facts.items()]
    lines += [f"{'understood':16} {sentence}" for sentence in found.decisions]
    wrong = [f"{'looks wrong':16} {sentence}" for sentence in found.warnings]
    return lines + (wrong or [f"{'looks wrong':16} nothing"])
