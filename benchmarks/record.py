"""Where the documented figures come from: results as JSON, tables into the pages."""

import json
import platform
import statistics
import sys
from importlib import metadata
from pathlib import Path

from digitgan.cpu import available_cores, processor_name

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
PACKAGES = ("keras", "tensorflow-cpu", "tensorflow", "jax", "numpy", "onnxruntime")


def machine() -> str:
    """Name the processor, its cores and the versions that matter, in one line."""
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    cores = available_cores()
    used = f"{cores} core{'s' * (cores > 1)} of {processor_name()}"
    return f"{used}; Python {platform.python_version()}, {', '.join(versions)}"


def spread(values: list[float], digits: int = 2) -> str:
    """Write values as median (lowest to highest, n)."""
    if len(values) == 1:
        return f"{values[0]:,.{digits}f} (n = 1)"
    low, high = min(values), max(values)
    middle = statistics.median(values)
    return (
        f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f}, "
        f"n = {len(values)})"
    )


def publish(name: str, page: str, result: dict, table: str) -> None:
    """Store a result and put its table into a page of the documentation.

    Args:
        name: Of the benchmark; also of the markers in the page.
        page: Path from the root of the repository.
        result: Stored as ``results/NAME.json``, with the machine beside it.
        table: Markdown that replaces what stands between the markers.
    """
    stored = {"machine": machine(), **result}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(stored, indent=2) + "\n")
    path = ROOT / page
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    script = Path(sys.argv[0]).resolve().relative_to(ROOT)
    command = " ".join(["python", str(script), *sys.argv[1:]])
    source = f"Written by `{command}` on {machine()}."
    text = path.read_text()
    if begin not in text:
        text += f"\n{begin}\n{end}\n"
    before, rest = text.split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f"{before}{begin}\n{table.strip()}\n\n{source}\n{end}{after}")
    print(table, source, sep="\n\n")
