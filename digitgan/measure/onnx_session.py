"""A network from a file that may come from anywhere, opened for ONNX Runtime."""

from functools import cache

import onnxruntime

from digitgan import limits
from digitgan.cpu import available_cores
from digitgan.measure.onnx_operators import checked_operators

LOG_FATAL = 4  # what ONNX Runtime prints; the rest it raises


def open_session(content: bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    """Open the content of an ONNX file, for so many threads (0: one a core).

    A network is a program: it cannot touch files and its memory is bounded, but it can
    compute for ever, so open those of people whom you trust with your processor.
    """
    operators = checked_operators(content)
    _bound_memory()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = LOG_FATAL
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.add_session_config_entry("session.load_model_format", "ONNX")
    # Blocks of 16 channels: quick for convolutions in float32, slow for the single
    # channels that are all that is left of them in a network of 8 bits.
    slow = ["NchwcTransformer"] if "QuantizeLinear" in operators else []
    return onnxruntime.InferenceSession(
        content,
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=slow,
        enable_fallback=0,  # which would print to people and try the same again
    )


@cache
def _bound_memory() -> None:
    """Let ONNX Runtime take its memory from one bounded store, once a process."""
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    place = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    memory = limits.NETWORK_MEMORY + available_cores() * limits.NETWORK_CORE
    bounds = onnxruntime.OrtArenaCfg({"max_mem": memory})
    onnxruntime.create_and_register_allocator(place, bounds)
