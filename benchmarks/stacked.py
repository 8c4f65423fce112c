"""Stacked MNIST by the published protocol: modes and reverse KL of finished runs.

    python benchmarks/stacked.py runs/stacked [another run, another seed ...]

Draws 26,000 and 240,000 triplets from each run's generator and reads them with the
shipped classifier; the table stands beside published values. Two minutes on two cores.
"""

import json
import shutil
import sys

from record import ROOT, publish, spread

import digitgan
from digitgan.data.load import load_dataset
from digitgan.training.run import Run

SAMPLES = ROOT / "docs" / "images" / "stacked-samples.png"

PUBLISHED = [  # at 24,000 to 26,000 samples, each by its authors' own classifier
    ("R3GAN (Huang et al. 2025)", "1,000", "0.029"),
    ("PacDCGAN2 (Lin et al. 2018)", "1,000", "0.06"),
    ("StyleGAN2, as in Huang et al. 2025", "940", "0.42"),
    ("VEEGAN, as in Lin et al. 2018", "150", "2.95"),
    ("DCGAN, as in Lin et al. 2018", "99", "3.40"),
    ("ALI, as in Lin et al. 2018", "16", "5.40"),
]


def main(runs: list[str]) -> None:
    """Measure, print and publish."""
    mnist = load_dataset("mnist")
    cards = [digitgan.evaluate(run, level="full", data=mnist) for run in runs]
    lines = ["| | samples | modes of 1,000 | reverse KL |", "| --- | --- | --- | --- |"]
    for end in ("", "_240000"):
        modes, kl = f"modes{end}", f"kl{end}"
        rows = [card[kl] for card in cards]
        n, first = f"{rows[0].n:,}", rows[0]
        count = spread([card[modes].value for card in cards], 0)
        lines += [
            f"| ours | {n} | {count} | {spread([row.value for row in rows], 4)} |",
            f"| real test digits | {n} | {cards[0][modes].real:,.0f} "
            f"| {first.real:.4f} |",
            f"| a perfect sampler, simulated | {n} | "
            f"| {first.detail['perfect sampler']:.4f} ± {first.spread:.4f} |",
        ]
    lines += [f"| {who} | | {modes} | {kl} |" for who, modes, kl in PUBLISHED]
    facts_lines = []
    for run in runs:
        facts = digitgan.load(run).description
        images = facts["epochs"] * 128_000 / 1e6
        facts_lines.append(
            f"`{facts['command']}`: {images:.1f} M images in "
            f"{facts['seconds'] / 60:.1f} minutes on {facts['machine']}."
        )
    result = {"runs": [json.loads(json.dumps(card.to_dict())) for card in cards]}
    shutil.copyfile(Run.open(runs[0]).samples_path, SAMPLES)
    publish("stacked", "docs/stacked.md", result, "\n".join([*lines, "", *facts_lines]))


if __name__ == "__main__":
    main(sys.argv[1:] or ["runs/stacked"])
