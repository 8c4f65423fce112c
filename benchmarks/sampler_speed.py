"""How fast the shipped generator draws, and how soon the command answers.

python benchmarks/sampler_speed.py
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from arithmetic import forward_gflop
from record import publish, spread

import digitgan
from digitgan.handwriting.model import SHIPPED
from digitgan.model import networks  # noqa: F401 - its layers are loaded
from digitgan.model.gan import GAN

N, PAIRS, STARTS = 5_000, 7, 11
SIDE = 2_048  # of matrices


def seconds(work) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def matrix_rate() -> float:
    """Return the GFLOP/s of a matrix product in float32, on all cores."""
    matrix = np.ones((SIDE, SIDE), np.float32)
    return 2 * SIDE**3 / 1e9 / seconds(lambda: matrix @ matrix)


def start_up() -> list[float]:
    """Time the whole process that writes one digit to a file, warm disk."""
    program = Path(sys.executable).parent / "digitgan"
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "generate", "7", "-o", Path(folder) / "x.png"]
        subprocess.run(command, check=True)
        return [
            seconds(lambda: subprocess.run(command, check=True)) for _ in range(STARTS)
        ]


def main() -> None:
    """Measure, print and publish."""
    starts = start_up()
    model = digitgan.load()
    inputs = model.generator_inputs(model.labels(n=N), seed=1)
    gan: GAN = keras.models.load_model(SHIPPED / "gan.keras")
    network = gan.ema_generator
    arrays = [inputs.latents, *inputs.conditions.values()]

    def by_keras():
        network.predict(arrays, batch_size=500, verbose=0)

    def whole():
        model.sample(n=N, seed=1)

    by_keras(), whole()
    rates = {"sampler": [], "keras": [], "matrix": []}
    for _ in range(PAIRS):
        rates["matrix"].append(matrix_rate())
        rates["sampler"].append(N / seconds(whole))
        rates["keras"].append(N / seconds(by_keras))
    gflop = forward_gflop(gan.ema_generator)
    ratios = [a / b for a, b in zip(rates["sampler"], rates["keras"], strict=True)]
    shares = [
        100 * a * gflop / b
        for a, b in zip(rates["sampler"], rates["matrix"], strict=True)
    ]
    cells = {
        "sampler (latents, styles, network), digits/s": spread(rates["sampler"], 0),
        "`keras predict` of the same network in float32, digits/s": spread(
            rates["keras"], 0
        ),
        "ratio, pair by pair": spread(ratios),
        "arithmetic of a digit, GFLOP": f"{gflop:.4f}",
        f"rate of a {SIDE} x {SIDE} matrix product in float32, GFLOP/s": spread(
            rates["matrix"], 0
        ),
        "share of that rate reached by the sampler, %": spread(shares, 0),
        "`digitgan generate 7 -o x.png`, whole process, s": spread(starts),
    }
    lines = ["| the shipped generator | median (lowest to highest) |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in cells.items()]
    result = {**rates, "ratio": statistics.median(ratios), "starts": starts}
    publish("sampler_speed", "docs/measurements.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
