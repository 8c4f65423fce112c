"""A network from a file that may come from anywhere, opened for ONNX Runtime."""

import hashlib
from functools import cache
from pathlib import Path

import onnxruntime

from digitgan import files
from digitgan.errors import InputError

MOST_FILE = 2**28  # bytes
MOST_MEMORY = 2**32  # bytes, for all networks of this process together
FATAL = 4  # what ONNX Runtime prints; the rest it raises


def open_session(
    what: str, path: Path, sha256: str, threads: int = 1
) -> onnxruntime.InferenceSession:
    """Open an ONNX file.

    A network is a program: it cannot touch files, but it can compute for ever, so open
    those of people whom you trust with your processor.

    Args:
        what: What the file was named for, such as ``model``.
        path: The file.
        sha256: That it must have.
        threads: To run one call with; 0 for one a core.

    Raises:
        InputError: The file is not the one described, too large, wants other files,
            or is no network.
    """
    content = files.read_bytes(what, path, MOST_FILE)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise files.changed(what, path)
    if b"location" in content:  # the key of weights that lie in another file
        raise InputError(
            f"{what} {str(path)!r} reads other files: "
            "allowed are networks that are whole in one file"
        )
    _bound_memory()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = FATAL
    options.add_session_config_entry("session.use_env_allocators", "1")
    with files.reading(what, path):
        return onnxruntime.InferenceSession(
            content,
            options,
            providers=["CPUExecutionProvider"],
            enable_fallback=0,  # which would print to people and try the same again
        )


@cache
def _bound_memory() -> None:
    """Let ONNX Runtime take its memory from one bounded store, once a process."""
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    place = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    bounds = onnxruntime.OrtArenaCfg({"max_mem": MOST_MEMORY})
    onnxruntime.create_and_register_allocator(place, bounds)
