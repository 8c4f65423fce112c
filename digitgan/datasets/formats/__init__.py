"""The formats of data sets: a module each, with the same functions.

``names(spec, shard)``
    The files that a shard puts into the data set, in order; none where its content
    waits as a piece to be joined with the others.
``pack(spec, shard, samples)``
    Those files and the piece, as :class:`Packed`.
``joined(spec, parts)``
    The names of the files that the pieces of some parts are joined to.
``join(spec, parts, pieces, place)``
    Join them: ``pieces(part)`` yields the paths of the pieces in order, ``place(name)``
    opens a file that is whole or absent.
``take_out(spec, part, folder, sizes)``
    The way back: yield the pieces of a part, as far as they can be read.

Formats without pieces lack the last three. ``TOGETHER`` says that all parts are joined
to one file, not each to its own. Nothing written depends on
the clock, so the same samples give the same bytes.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from digitgan.errors import import_extra

Pieces = Callable[[str], Iterator[Path]]
Place = Callable[[str], AbstractContextManager[Path]]


@dataclass(frozen=True)
class Packed:
    """The bytes of a shard: files by name, and the piece of what is joined later."""

    files: dict[str, bytes] = field(default_factory=dict)
    piece: bytes | None = None


def writer(format: str) -> ModuleType:
    """Return the module that writes a format.

    Raises:
        InputError: It needs a package that is not installed.
    """
    module = f"digitgan.datasets.formats.{format}"
    return import_extra(module, "format", format)


def groups(spec) -> list[tuple[str, ...]]:
    """Return the parts whose pieces are joined together; none where nothing is."""
    module = writer(spec.format)
    if not hasattr(module, "join"):
        return []
    return [tuple(spec.parts)] if module.TOGETHER else [(part,) for part in spec.parts]
