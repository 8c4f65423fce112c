"""How many texts a second one core writes, by height of the digits.

    python benchmarks/writing_speed.py

Less than a minute.
"""

import time

from record import publish, spread

import digitgan
from digitgan.handwriting.options import WriteOptions

TEXTS = {"number": "2026", "date": "12/05/2026"}
HEIGHTS = (20, 28, 60, 80, 120, 200)
COUNT, REPEATS = 50, 7


def rate(model, text: str, height: int, first: int) -> float:
    """Return texts a second of work of this process, whoever else uses the core."""
    began = time.process_time()
    for seed in range(first, first + COUNT):
        model.write(text, seed=seed, height=height)
    return COUNT / (time.process_time() - began)


def batch_rate(model, text: str, height: int, first: int) -> float:
    """Return the same for texts that are written together."""
    options = [WriteOptions(seed=first + i, height=height) for i in range(COUNT)]
    began = time.process_time()
    model.write_many([text] * COUNT, options)
    return COUNT / (time.process_time() - began)


def main() -> None:
    """Measure, print and publish."""
    model = digitgan.load(threads=1)
    kinds = {"": rate, ", together": batch_rate}
    names = [f"{name}{kind}" for name in TEXTS for kind in kinds]
    rates = {f"{name}, {height} px": [] for name in names for height in HEIGHTS}
    for name, text in TEXTS.items():
        for height in HEIGHTS:
            model.write(text, height=height)
            for repeat in range(REPEATS):
                for kind, measure in kinds.items():  # in turn
                    measured = measure(model, text, height, COUNT * repeat)
                    rates[f"{name}{kind}, {height} px"].append(measured)
    heads = [f"`{t}` a second{kind}" for t in TEXTS.values() for kind in kinds]
    lines = [f"| height of digits | {' | '.join(heads)} |", "| --- " * 5 + "|"]
    for height in HEIGHTS:
        cells = [spread(rates[f"{name}, {height} px"], 0) for name in names]
        lines.append(f"| {height} | {' | '.join(cells)} |")
    publish("writing_speed", "docs/measurements.md", rates, "\n".join(lines))


if __name__ == "__main__":
    main()
