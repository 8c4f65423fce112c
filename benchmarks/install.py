"""What comes onto a disk, and how soon a first digit stands in a terminal.

    python benchmarks/install.py

Builds wheel and source distribution, installs the wheel into empty environments and
writes a year in each. Needs ``build`` and ``uv`` (``pip install build uv``).
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from record import ROOT, publish, spread

STARTS = 5
MB = 10**6
YEAR = ["generate", "2026"]
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # people import what was compiled


def seconds(*command: str | Path) -> float:
    """Run a command to its end and return how long it took."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def size(folder: Path) -> float:
    """Return how large a folder is, in MB."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / MB


def main() -> None:
    """Build, install, start, publish."""
    with TemporaryDirectory() as name:
        here = Path(name)
        os.environ["DIGITGAN_URL"] = "https://example.org/digitgan"  # as a release
        seconds(sys.executable, "-m", "build", "-o", here / "dist", ROOT)
        (wheel,) = (here / "dist").glob("*.whl")
        (sdist,) = (here / "dist").glob("*.tar.gz")
        seconds(sys.executable, "-m", "venv", "--without-pip", here / "venv")
        uv = [sys.executable, "-m", "uv"]
        python = here / "venv" / "bin" / "python"
        installed = seconds(*uv, "pip", "install", "-q", "--python", python, wheel)
        (packages,) = (here / "venv" / "lib").glob("python*/site-packages")
        command = here / "venv" / "bin" / "digitgan"
        first, *later = (seconds(command, *YEAR) for _ in range(1 + STARTS))
        digit = [command, "generate", "7", "-o", here / "7.png"]
        starts = [(seconds(*digit), seconds(command, "--help")) for _ in later]
        digits, helps = map(list, zip(*starts, strict=True))
        uvx = [*uv, "tool", "run", "--from", wheel, "digitgan", *YEAR]
        once = seconds(*uvx)  # the packages come from uv's cache from here on
        subprocess.run([*uv, "cache", "clean", "-q", "digitgan"], check=True)
        result = {
            "wheel of a release, MB": wheel.stat().st_size / MB,
            "source distribution, MB": sdist.stat().st_size / MB,
            "everything that `pip install .` brings, MB": size(packages),
            "installed by uv, s": installed,
            "`digitgan generate 2026`, the first time, s": first,
            "the same, later, s": later,
            "`digitgan generate 7 -o 7.png`, s": digits,
            "`digitgan --help`, s": helps,
            "`uvx --from WHEEL digitgan generate 2026`, the first time, s": once,
            "the same, environment made anew, packages in the cache, s": seconds(*uvx),
        }
    rows = ["| installation | |", "| --- | --- |"]
    for what, value in result.items():
        shown = spread(value) if isinstance(value, list) else f"{value:.2f}"
        rows.append(f"| {what} | {shown} |")
    publish("install", "docs/measurements.md", result, "\n".join(rows))


if __name__ == "__main__":
    main()
