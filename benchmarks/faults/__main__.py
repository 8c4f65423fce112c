"""What hostile files, killed processes and floods of connections do: docs/safety.md.

python benchmarks/faults                     all parts, a hundredth of the full counts
python benchmarks/faults --share 1           200,000 mutated files, 20 and 10 kills ...
python benchmarks/faults soak --share 0.25   four programs at once for fifteen minutes
python benchmarks/faults bombs               one part; the other rows stay as they are

Each row: how often it was tried, how often nothing was lost, and the most memory of the
process that it was done to. Traffic goes to this machine alone.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests")]

import contract  # noqa: E402
import floods  # noqa: E402
import hostile_files  # noqa: E402
import kills  # noqa: E402
import soak  # noqa: E402
from record import RESULTS, publish  # noqa: E402

from digitgan import limits  # noqa: E402

FULL = {  # how often, with --share 1
    "files": 200_000,
    "bombs": 1,
    "connections": 5_000,
    "requests": 20_000,
    "datasets": 10,
    "training": 20,
    "contract": 1_000,  # examples of each operation
    "soak": 3_600,  # seconds
}
WHOLE = ("bombs", "connections")  # less of them would be another attack


def bounds() -> str:
    """Return the table of limits."""
    lines = ["| at most | of |", "| --- | --- |"]
    for limit in vars(limits).values():
        if isinstance(limit, limits.Limit):
            what, _, of = limit.what.partition(" ")
            whole = limit >= 2**20 and what == "bytes"
            size = f"{limit >> 20:,} MiB" if whole else f"{limit:,} {what}"
            lines.append(f"| {size} | {of.removeprefix('of ')} |")
    return "\n".join(lines)


def main() -> None:
    """Try everything and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=0.01, help="of the full counts")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(FULL))
    asked = parser.parse_args()
    parts = {
        "files": lambda folder, n: [hostile_files.mutated(folder, n)],
        "bombs": lambda folder, _: hostile_files.bombs(folder),
        "connections": lambda _, n: floods.connections(n),
        "requests": lambda _, n: floods.requests(n),
        "datasets": kills.datasets,
        "training": kills.training,
        "contract": contract.contract,
        "soak": lambda folder, n: soak.soak(folder, n / 60),
    }
    publish("limits", "docs/safety.md", {}, bounds())
    stored = RESULTS / "faults.json"
    for part in asked.parts or parts:
        share = 1 if part in WHOLE else asked.share
        with tempfile.TemporaryDirectory() as name:
            found = parts[part](Path(name), max(1, round(FULL[part] * share)))
        rows = json.loads(stored.read_text())["rows"] if stored.exists() else {}
        rows |= {what: row for what, *row in found}
        lines = [
            "| what | tried | survived | most memory |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {w} | {n:,} | {k:,} | {note} |" for w, (n, k, note) in rows.items()
        ]
        publish("faults", "docs/safety.md", {"rows": rows}, "\n".join(lines))


if __name__ == "__main__":
    main()
