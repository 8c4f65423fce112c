"""What real digits score: the floor that every figure of the scorecard stands on.

    python benchmarks/floors.py

Real training digits that the classifier has not learned from are compared with test
digits, at two sizes and with three seeds, by ``digitgan evaluate --quick``; its time
and the memory of the process are measured beside it.
"""

import resource
import statistics
import sys

from record import publish

from digitgan.cpu import available_cores
from digitgan.data.dataset import held_out
from digitgan.data.load import load_dataset
from digitgan.evaluation.evaluate import evaluate

SIZES = (1_000, 5_000)
SEEDS = (0, 1, 2)


def peak_mib() -> float:
    """Return the most memory that this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def show(values: list[float], digits: int = 4) -> str:
    """Write the mean and the standard deviation of a cell."""
    mean, deviation = statistics.mean(values), statistics.stdev(values)
    return f"{mean:.{digits}f} ± {deviation:.{digits}f}"


def main() -> None:
    """Measure, print and publish."""
    data = load_dataset("mnist")
    digits = held_out(data.train)[1]
    figures, seconds, names = {}, {}, {}
    for n in SIZES:
        cards = [
            evaluate(digits.images[:n], digits.labels[:n], data=data, seed=seed)
            for seed in SEEDS
        ]
        seconds[n] = [card.seconds for card in cards]
        names = {row.key: row.name.split(",")[0] for row in cards[0].rows}
        figures[n] = {key: [card[key].real for card in cards] for key in names}
    peak = peak_mib()
    head = ["figure of real digits", *(f"n = {n:,}" for n in SIZES)]
    lines = [head, ["---"] * len(head)]
    for key, name in names.items():
        lines.append([name, *(show(figures[n][key]) for n in SIZES)])
    lines.append(["seconds of `--quick`", *(show(seconds[n], 1) for n in SIZES)])
    lines.append(["most memory held, MiB", "", f"{peak:.0f}"])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    table += (
        f"\n\nMean ± standard deviation over the seeds {SEEDS}; memorisation is "
        f"measured on 1,000 digits at most; on {available_cores()} core(s)."
    )
    result = {"figures": figures, "seconds": seconds, "peak_mib": peak}
    publish("floors", "docs/scorecard.md", result | {"cores": available_cores()}, table)


if __name__ == "__main__":
    main()
