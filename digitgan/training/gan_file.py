"""The file of both players that belongs to a model: there, or fetched when wanted."""

from pathlib import Path

from digitgan import __version__
from digitgan.data.cache import cache_folder
from digitgan.data.download import Unavailable, download
from digitgan.errors import InputError
from digitgan.files import replacing
from digitgan.installation import release_file
from digitgan.sampling.model_loader import SHIPPED, LoadedModel
from digitgan.untrusted import sha256

NAME = "gan.keras"
ALLOWED = "a whole model folder"


def gan_file(model: LoadedModel) -> Path:
    """Return where ``gan.keras`` of a model lies; it is the one its card describes.

    The wheel of a release lacks that of the shipped model: it comes from the release
    into the cache. One that is not there, or another one, is an :class:`InputError`.
    """
    file = model.folder / NAME
    expected = model.description["sha256"].get(NAME)
    if model.folder == SHIPPED and not file.is_file():
        file = _fetched(expected)
    if not file.is_file() or sha256(file) != expected:
        problem = f"has not the {NAME} that its model.json describes"
        raise InputError("model", model.folder, ALLOWED, problem)
    return file


def _fetched(expected: str) -> Path:
    """Return the shipped model's file in the cache, where it comes from the release."""
    file = cache_folder() / f"{expected[:12]}-{NAME}"
    if file.is_file() and sha256(file) == expected:
        return file
    address = release_file(NAME, __version__)
    problem = f"was installed without its {NAME}"
    if address is None:
        raise InputError("model", "flagship", ALLOWED, problem)
    try:
        content = download(address)
    except Unavailable as reason:
        problem += f", and {address} cannot be had ({reason})"
        raise InputError("model", "flagship", ALLOWED, problem) from None
    with replacing(file) as temporary:
        temporary.write_bytes(content)
    return file
