"""The verb ``sheet``."""

from collections.abc import Sequence
from pathlib import Path

import click

from digitgan.cli.options import PATH
from digitgan.errors import InputError, import_extra

HELP = """Print a form to write digits on, and read a photograph of it back.

\b
Examples:
  digitgan sheet --make sheet.pdf                 print it, fill it, photograph it
  digitgan sheet --read photo.jpg -o my-digits/   then look at my-digits.png
  digitgan sheet --read one.heic --read two.pdf -o my-digits/
  digitgan adapt flagship --data my-digits/ -o my-hand/
"""


@click.command(help=HELP)
@click.option("--make", type=PATH, help="Write the form: a PDF or PNG.")
@click.option(
    "--read",
    type=PATH,
    multiple=True,
    help="A photograph or scan of a filled form; may be repeated.",
)
@click.option("-o", "--out", type=PATH, help="A new folder for the digits.")
def sheet(make: Path | None, read: Sequence[Path], out: Path | None) -> None:
    """Make a form, or read one."""
    if bool(make) == bool(read):
        given = "are both given" if make else "are missing"
        allowed = "one of --make FORM and --read PHOTO"
        raise InputError("--make and --read", None, allowed, given)
    if read and not out:
        raise InputError("out", None, "a new folder for the digits", "is missing")
    if make and out:
        raise InputError("out", out, "--make FORM alone", "goes with --read")
    import_extra("cv2", "sheet")
    if make:
        from digitgan.data.sheet.form import write_form

        write_form(make)
        print(f"{make}: print it on A4, fill it and photograph it")
    elif read and out:
        _read(read, out)


def _read(photos: Sequence[Path], folder: Path) -> None:
    """Read photographs and say what is worth a second look."""
    from digitgan.data.sheet.cells import file_name, read_forms, write_folder
    from digitgan.measure.classifier import Classifier

    forms = read_forms(photos)
    contact_sheet = write_folder(forms, folder)
    filled = forms.filled
    print(f"{folder}: {filled.sum()} digits; {(~filled).sum()} empty cells left out")
    cells = filled.nonzero()[0].tolist()
    digits = Classifier().predict(forms.cells[filled])[0].argmax(1)
    for cell, digit in zip(cells, digits, strict=True):
        if forms.labels[cell] != digit:
            print(f"{folder / file_name(cell)} looks like a {digit}")
    print(
        f"Look at {contact_sheet}, and delete from {folder} what is not a digit of "
        "yours"
    )
