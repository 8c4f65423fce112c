"""One batch on several devices and processes; the three backends side by side.

    python benchmarks/scaling.py [--rounds N]

Every line is a process of its own (or two), one after the other, round after round. The
devices of a processor are virtual: they share its cores, so the best that several can
do is as much as one. Two processes with a core each stand beside one with one core: the
best is twice as much. The preset is `dcgan` with batches of 256.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time

BATCH, STEPS, WINDOWS = 256, 10, 3
ALL = sorted(os.sched_getaffinity(0))[:2]
LINES = {  # name: backend, virtual devices, one tuple of cores for each process
    "TensorFlow": ("tensorflow", 1, [ALL]),
    "torch": ("torch", 1, [ALL]),
    "JAX, 1 device": ("jax", 1, [ALL]),
    "JAX, 2 devices": ("jax", 2, [ALL]),
    "JAX, 4 devices": ("jax", 4, [ALL]),
    "JAX, 1 process, 1 core": ("jax", 1, [ALL[:1]]),
    "JAX, 2 processes, 1 core each": ("jax", 1, [ALL[:1], ALL[1:]]),
}


def worker(devices: int, processes: int, rank: int, address: str) -> None:
    """Train, and print images per second of each window."""
    import numpy as np

    from digitgan.data.load import load_dataset
    from digitgan.model.presets import Preset
    from digitgan.training.batches import Batches
    from digitgan.training.build import build_gan
    from digitgan.training.distribution import share_batches
    from digitgan.training.input_pipeline import input_pipeline
    from digitgan.training.process_group import ProcessGroup, coordinated

    meet = address if processes > 1 else None
    own_devices = devices if meet or devices > 1 else 0
    given = ProcessGroup(own_devices, meet, processes, rank)
    with coordinated(given) as group:
        share_batches(group, BATCH)
        images = load_dataset("mnist").train.images[: BATCH * STEPS]
        gan = build_gan(Preset("the textbook's players"), {}, seed=0)
        data, rates = input_pipeline(gan, Batches(images, {}, BATCH, 0)), []
        for _ in range(WINDOWS + 1):
            began = time.perf_counter()
            gan.fit(data, shuffle=False, verbose=0)
            np.asarray(gan.generator.get_weights()[0])
            rates.append(BATCH * STEPS / (time.perf_counter() - began))
    print(json.dumps(rates[1:]))


def timed(backend: str, devices: int, cores: list) -> list[float]:
    """Run one line of the table."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    workers = []
    for rank, own in enumerate(cores):
        words = map(str, (devices, len(cores), rank, address))
        workers.append(
            subprocess.Popen(
                [sys.executable, __file__, "--worker", *words],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                preexec_fn=lambda own=own: os.sched_setaffinity(0, own),
            )
        )
    said = [process.communicate()[0] for process in workers]
    return json.loads(said[0].splitlines()[-1])


def main() -> None:
    """Measure, print and publish."""
    from record import publish, spread

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--worker", nargs=4)
    asked = parser.parse_args()
    if asked.worker:
        devices, processes, rank, address = asked.worker
        return worker(int(devices), int(processes), int(rank), address)
    rates = {name: [] for name in LINES}
    for _ in range(asked.rounds):
        for name, line in LINES.items():
            rates[name] += timed(*line)
            print(name, [round(rate) for rate in rates[name]], flush=True)
    middle = {name: statistics.median(found) for name, found in rates.items()}
    best = {name: middle["JAX, 1 device"] for name in LINES if "devices" in name}
    alone = middle["JAX, 1 process, 1 core"]
    best["JAX, 2 processes, 1 core each"] = 2 * alone
    rows = [
        f"| {name} | {spread(found, 0)} | "
        + (f"{100 * middle[name] / best[name]:.0f} % |" if name in best else "|")
        for name, found in rates.items()
    ]
    table = "\n".join(
        [
            "| training | images/s | of one device, or of two separate cores |",
            "| --- | --- | --- |",
            *rows,
        ]
    )
    publish("scaling", "docs/scale.md", {"rates": rates}, table)
    return None


if __name__ == "__main__":
    main()
