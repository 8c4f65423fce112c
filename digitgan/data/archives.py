"""Zip and tar archives of any layout, unpacked into a folder for a moment."""

import tarfile
import zipfile
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.raw import JUNK, MAX_FILES
from digitgan.npz import zip_names
from digitgan.untrusted import BoundedFile

TAR_ENDINGS = (".tar.gz", ".tgz", ".tar")


def unpack(path: Path, unpacked: ExitStack) -> Path:
    """Return a path itself, or the folder that its archive was unpacked into.

    NPZ files and WebDataset's shards stay as they are: other readers know them.
    """
    with path.open("rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
    if is_zip:
        names = zip_names("data", path)
        if all(name.endswith(".npy") for name in names):
            return path
        folder = Path(unpacked.enter_context(TemporaryDirectory(prefix="digitgan-")))
        _unpack_zip(path, folder)
        return folder
    if path.name.lower().endswith(TAR_ENDINGS) and not _is_shard(path):
        folder = Path(unpacked.enter_context(TemporaryDirectory(prefix="digitgan-")))
        _unpack_tar(path, folder)
        return folder
    return path


def _unpack_zip(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        _check(len(members), sum(member.file_size for member in members))
        for member in members:
            if member.filename.endswith((".pkl", ".pickle")):
                raise unreadable("is an archive with a pickle, such as PyTorch saves")
            if not any(map(JUNK.match, Path(member.filename).parts)):
                archive.extract(member, folder)


def _unpack_tar(path: Path, folder: Path) -> None:
    total = 0
    with BoundedFile(path) as file, tarfile.open(fileobj=file) as archive:
        for number, member in enumerate(archive):
            total += member.size
            _check(number, total)
            if member.isreg() and not any(map(JUNK.match, Path(member.name).parts)):
                archive.extract(member, folder, filter="data")


def _check(files: int, size: int) -> None:
    if size > limits.UNPACKED or files > MAX_FILES:
        problem = f"unpacks to {size:,} bytes in {files:,} files"
        raise unreadable(problem, f"up to {limits.UNPACKED:,} bytes")


def _is_shard(path: Path) -> bool:
    """Return whether the files of a tar are named as samples: 7.png, 7.cls, 7.json."""
    if not path.name.lower().endswith(".tar"):
        return False
    with BoundedFile(path) as file, tarfile.open(fileobj=file, mode="r:") as archive:
        names = [member.name for member, _ in zip(archive, range(4), strict=False)]
    return any(name.endswith((".cls", ".json")) for name in names)
