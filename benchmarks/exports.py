"""How large each export is, how soon it is open, and how fast it draws.

python benchmarks/exports.py [--digits 2000] [--rounds 7]

Every library draws in a process of its own, with the threads that it takes unasked,
round by round. To open is to read the file and be ready; the import is not counted.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib import metadata
from pathlib import Path

from record import publish, spread

import digitgan
from digitgan.exporters import FORMATS, export, exporter_of, file_sizes

LIBRARIES = {
    "onnx": ("ONNX Runtime", "onnxruntime"),
    "openvino": ("OpenVINO", "openvino"),
    "torch": ("torch", "torch"),
    "litert": ("LiteRT", "ai_edge_litert"),
    "saved_model": ("TensorFlow", "tensorflow"),
    "safetensors": ("NumPy", "numpy"),
}
BATCH, SINGLES = 250, 50


def measure(format: str, path: Path, digits: int) -> dict[str, float]:
    """Open an export and draw: what a round of one row is."""
    exporter = exporter_of(format)
    began = time.perf_counter()
    draw = exporter.open_generator(path)
    opened = time.perf_counter() - began
    model = digitgan.load()
    drawn = model.generator_inputs(model.labels(n=BATCH), seed=1)
    inputs = {"latents": drawn.latents, **drawn.conditions}
    one = {name: values[:1] for name, values in inputs.items()}
    draw(**inputs), draw(**one)
    began = time.perf_counter()
    for _ in range(digits // BATCH):
        draw(**inputs)
    rate = digits // BATCH * BATCH / (time.perf_counter() - began)
    began = time.perf_counter()
    for _ in range(SINGLES):
        draw(**one)
    single = 1000 * (time.perf_counter() - began) / SINGLES
    return {"open": opened, "rate": rate, "one": single}


def in_a_process(format: str, path: Path, digits: int) -> dict[str, float]:
    """Measure a row where nothing else was imported."""
    words = [sys.executable, __file__, "--row", format, path, "--digits", str(digits)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def table(paths: dict[str, Path], rounds: dict[str, list[dict]]) -> str:
    """Return the table, and the lines on what was compared."""
    heads = ["format", "library", "KB", "open, s"]
    heads += [f"digits/s, {BATCH} at once", "one digit, ms"]
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for format, times in rounds.items():
        name, module = LIBRARIES[format]
        (package, *_) = metadata.packages_distributions()[module]
        size = sum(file_sizes(paths[format]).values()) / 1e3
        cells = [f"`{format}`", f"{name} {metadata.version(package)}", f"{size:,.0f}"]
        for figure, digits in (("open", 2), ("rate", 0), ("one", 2)):
            cells.append(spread([one[figure] for one in times], digits))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digits", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.row:
        format, path = options.row
        print(json.dumps(measure(format, Path(path), options.digits)))
        return
    parity = {}
    with tempfile.TemporaryDirectory() as name:
        paths = {f: Path(name) / f"{f}{FORMATS[f].suffix}" for f in LIBRARIES}
        for format, path in paths.items():
            export("flagship", format, path, partial(parity.__setitem__, format))
        rounds = {format: [] for format in paths}
        for _ in range(options.rounds):
            for format, path in paths.items():
                rounds[format].append(in_a_process(format, path, options.digits))
        text = table(paths, rounds)
        sizes = {format: file_sizes(path) for format, path in paths.items()}
    text += "\n\n" + "\n".join(
        f"- `{format}`: {line}" for format, line in parity.items()
    )
    result = {"rounds": rounds, "sizes": sizes, "parity": parity}
    publish("exports", "docs/export.md", result, text)


if __name__ == "__main__":
    main()
