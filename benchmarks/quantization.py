"""What 8 bits change in a model's digits, and how much faster they are drawn.

    python benchmarks/quantization.py [MODEL] [--float32 FILE]

The model in float32 (its own network, or a file where that is in 8 bits already: save
it with ``digitgan.model.export_parity.QUANTIZED_TOLERANCE = -1``) beside the same in 8
bits, one thread, in turn: speed, and against
the 5,000 held-out training digits Frechet distance, labels read and the two-sample
test. Test digits are not looked at. A few minutes.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import mean

import numpy as np
from record import publish, spread

import digitgan
from digitgan.data.dataset import held_out
from digitgan.data.load import load_dataset
from digitgan.evaluation.metrics.fidelity import frechet
from digitgan.evaluation.metrics.two_sample import two_sample
from digitgan.measure import morphometry
from digitgan.measure.classifier import Classifier
from digitgan.measure.onnx_session import open_session
from digitgan.model.quantization import quantize
from digitgan.sampling.sampler import BATCH_PIXELS

N, SEEDS, PAIRS, TIMED = 10_000, 3, 9, 1_024
CALIBRATION_SEED = 2**40  # of digits that are not compared


def main() -> None:  # noqa: PLR0915 - one table, from top to bottom
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="flagship")
    parser.add_argument("--float32", type=Path, help="generator.onnx before 8 bits")
    arguments = parser.parse_args()
    model = digitgan.load(arguments.model, threads=1)
    network = arguments.float32 or model.folder / "generator.onnx"
    if b"QuantizeLinear" in network.read_bytes():
        parser.error(f"{network} is in 8 bits: name one in --float32")
    data, classifier = load_dataset("mnist"), Classifier()
    unseen = held_out(data.train)[1]
    reference = classifier.predict(unseen.images).features

    def style(images):
        return np.stack(list(morphometry.measure(images).values()), axis=1)

    def inputs(seed, n):
        labels = np.random.default_rng(seed).choice(data.train.labels, n)
        chosen = labels.astype(np.int32) if model.classes else n
        return labels, model.generator_inputs(chosen, seed=seed)

    def use(path):
        model.session = open_session(path.read_bytes())

    with tempfile.TemporaryDirectory() as folder:
        paths = {"float32": network, "8 bits": Path(folder) / "quantized.onnx"}
        _, typical = inputs(CALIBRATION_SEED, 200)
        arrays = {"latents": typical.latents, **typical.conditions}
        quantize(paths["float32"], paths["8 bits"], arrays)
        rates, seconds = {name: [] for name in paths}, time.process_time
        _, timed = inputs(0, TIMED)
        for _ in range(PAIRS):
            for name, path in paths.items():
                use(path)
                model.draw(timed)
                began = seconds()
                model.draw(timed)
                rates[name].append(TIMED / (seconds() - began))
        distances, read, told = ({name: [] for name in paths} for _ in range(3))
        for seed in range(SEEDS):
            labels, chosen = inputs(seed, N)
            for name, path in paths.items():
                use(path)
                images = model.draw(chosen)
                predicted = classifier.predict(images)
                distances[name].append(frechet(predicted.features, reference))
                read[name].append(100 * np.mean(predicted.labels == labels))
                some = images[: len(unseen)]
                accuracies = two_sample(
                    unseen.images, some, style(unseen.images), style(some), seed=seed
                )
                told[name].append(max(accuracies.values()))
        sizes = {name: path.stat().st_size / 1000 for name, path in paths.items()}
    pairs = zip(rates["8 bits"], rates["float32"], strict=True)
    change = 100 * (mean(distances["8 bits"]) / mean(distances["float32"]) - 1)
    rows = [
        ("digits a second, one thread", rates, 0),
        (f"Frechet distance, {N:,} digits", distances, 4),
        ("two-sample test, the best classifier", told, 3),
    ]
    if model.classes:
        rows.insert(2, ("read as asked, %", read, 2))
    lines = ["| | float32 | 8 bits |", "| --- | --- | --- |"]
    lines += [
        f"| {title} | {' | '.join(spread(values[n], digits) for n in paths)} |"
        for title, values, digits in rows
    ]
    lines += [
        f"| the file, KB | {' | '.join(f'{sizes[name]:,.0f}' for name in paths)} |",
        "",
        f"Digits a second, 8 bits over float32, pair by pair: "
        f"{spread([a / b for a, b in pairs])}. Mean of the Frechet distance: "
        f"{change:+.1f} %. Blocks of {BATCH_PIXELS // 28**2} digits.",
    ]
    result = {"rates": rates, "frechet": distances, "read": read, "two_sample": told}
    publish("quantization", "docs/measurements.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
