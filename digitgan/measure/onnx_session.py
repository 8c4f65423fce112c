"""A network from a file that may come from anywhere, opened for ONNX Runtime."""

import hashlib
from functools import cache
from pathlib import Path

import onnxruntime

from digitgan import files
from digitgan.errors import InputError

MAX_FILE_BYTES = 2**28
MAX_MEMORY_BYTES = 2**32  # of all networks of this process together
LOG_FATAL = 4  # what ONNX Runtime prints; the rest it raises


def open_session(
    field: str, path: Path, sha256: str, threads: int = 1
) -> onnxruntime.InferenceSession:
    """Open an ONNX file whose SHA-256 is known, for so many threads (0: one a core).

    A network is a program: it cannot touch files, but it can compute for ever, so open
    those of people whom you trust with your processor.

    Raises:
        InputError: The file is not the one described, too large, wants other files,
            or is no network.
    """
    content = files.read_bytes(field, path, MAX_FILE_BYTES)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise files.changed_file(field, path)
    if b"location" in content:  # the key of weights that lie in another file
        allowed = "a network that is whole in one file"
        raise InputError(field, path, allowed, problem="reads other files")
    _bound_memory()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = LOG_FATAL
    options.add_session_config_entry("session.use_env_allocators", "1")
    with files.as_input_errors(field, path):
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
    bounds = onnxruntime.OrtArenaCfg({"max_mem": MAX_MEMORY_BYTES})
    onnxruntime.create_and_register_allocator(place, bounds)
