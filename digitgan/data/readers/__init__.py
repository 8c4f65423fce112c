"""Readers of layouts, a family each: ``read(path)`` gives a RawDataset, or None.

The registry is ordered by how sure the recognition is: by a file's first bytes and
fixed names before tables of text, and pictures last.
"""

from collections.abc import Callable
from pathlib import Path

from digitgan.data.raw import RawDataset
from digitgan.data.readers import (
    arrays,
    arrow,
    idx_files,
    image_folder,
    matlab,
    pages,
    shards,
    tables,
)

READERS: tuple[Callable[[Path], RawDataset | None], ...] = (
    idx_files.read,
    shards.read,
    arrow.read,
    pages.read,
    matlab.read,
    arrays.read,
    tables.read,
    image_folder.read,
)
