"""The studio without a server: its pages as a folder of files, and digits to learn."""

import json
import re
import shutil
from pathlib import Path

import numpy as np

import digitgan
from digitgan.data.digit_strips import strips_of
from digitgan.data.images import DIGIT_NAMES
from digitgan.data.load import load_dataset
from digitgan.errors import InputError
from digitgan.exporters.javascript import constants_module
from digitgan.exporters.single_file import single_file
from digitgan.sampling.sampler import Sampler
from digitgan.sampling.styles import STYLE_UNITS
from digitgan.untrusted import sha256

PACKAGE = Path(__file__).parent.parent
STUDIO = PACKAGE / "serving" / "page"  # what `digitgan serve` shows
SITE = PACKAGE / "exporters" / "site"  # what stands in for the server
PAGES = ("index.html", "explore.html", "learn_here.html", "how_a_gan_learns.html")
ONE_FILE = "digitgan.html"  # all of it, for a disk without a server
GAN = "gan"  # the folder of what trains in the page
POLICY = "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' data:"
POLICY += "; base-uri 'none'; form-action 'self'"
SPACE = """\
---
title: Handwritten digits
sdk: static
app_file: index.html
pinned: false
license: mit
---

Handwritten digits and numbers, drawn in the visitor's own tab by a generative
adversarial network. Made by `digitgan export --format web`; any static host shows it,
such as a Space of the Hugging Face hub: `hf upload user/name FOLDER --repo-type space`.
"""
HIDE_SERVER = """
/* Without a server there is none of this. */
[data-server] { display: none !important; }
"""


def write(model: Sampler, out: Path) -> None:
    """Write a folder that any web server shows: nothing in it asks another machine."""
    if model.latent_label or not set(DIGIT_NAMES) <= set(model.classes):
        allowed = "one that takes the labels 0 to 9, for format 'web'"
        raise InputError("model", model.folder, allowed)
    shutil.copytree(SITE, out)
    for name in _studio_files():
        if not (out / name).exists():  # source.js is the site's own
            shutil.copy(STUDIO / name, out / name)
    shutil.copytree(STUDIO / GAN, out / GAN)
    _write_digits(out / GAN / "digits")
    for name in PAGES:
        _make_static(out / name)
    with (out / "page.css").open("a", encoding="utf-8") as style:
        style.write(HIDE_SERVER)
    (out / "README.md").write_text(SPACE, encoding="utf-8")
    (out / "constants.js").write_text(constants_module(), encoding="utf-8")
    _write_model(model, out / "model")
    (out / ONE_FILE).write_text(single_file(out, PAGES), encoding="utf-8")


def _studio_files() -> set[str]:
    """Return the files of the studio that its pages for visitors name, and so on."""
    there = {path.name for path in STUDIO.iterdir() if path.is_file()}
    needed, queue = set(), set(PAGES)
    while queue:
        name = queue.pop()
        needed.add(name)
        text = (STUDIO / name).read_text(encoding="utf-8")
        named = set(re.findall(r"""["'(](?:\./)?([\w.-]+)["')]""", text))
        queue |= (named & there) - needed
    return needed


def _make_static(page: Path) -> None:
    """Let a page's links end as its files do, and let it ask no other machine."""
    text = page.read_text(encoding="utf-8")
    for name in PAGES:
        stem = name.removesuffix(".html")
        text = re.sub(rf'href="{stem}(?=["#])', f'href="{name}', text)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    text = text.replace("<head>", f"<head>\n  {policy}", 1)
    page.write_text(text, encoding="utf-8")


def _write_digits(folder: Path) -> None:
    """Write real digits for Learn, with their licence; without MNIST it says so."""
    try:
        shutil.copytree(strips_of(load_dataset("mnist")), folder)
    except ConnectionError:
        folder.mkdir()


def _write_model(model: Sampler, folder: Path) -> None:
    """Write the network as it is, the styles as plain numbers, and what they are."""
    folder.mkdir()
    shutil.copy(model.folder / "generator.onnx", folder)
    statistics, rows = {}, np.zeros((0, len(STYLE_UNITS)))
    if styles := model.styles:
        rows, names = styles.table, ("first", "count", "mean", "std")
        statistics = {name: getattr(styles, name).tolist() for name in names}
    (folder / "styles.bin").write_bytes(rows.astype("<f2").tobytes())
    path = Path(model.name)  # the page is for everybody: no folders of this machine
    description = {
        "name": path.name if path.is_absolute() else model.name,
        "version": digitgan.__version__,
        "latent_dim": model.latent_dim,
        "classes": model.classes,
        "limits": model.limits,
        "styles": statistics,
        "sha256": {path.name: sha256(path) for path in sorted(folder.iterdir())},
    }
    text = json.dumps(description) + "\n"
    (folder / "model.json").write_text(text, encoding="utf-8")
