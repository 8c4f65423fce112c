"""The model card: what a model folder says of itself, to people and to programs."""

import json
from collections.abc import Mapping
from pathlib import Path

from digitgan.data.images import ImageSpec
from digitgan.files import read_json, sha256, write_text


def write_card(folder: Path, description: Mapping) -> None:
    """Write ``README.md`` and, with its SHA-256, ``model.json``.

    Args:
        folder: The model folder.
        description: For ``model.json``; see
            :func:`digitgan.model.model_folder.save_model`.
    """
    write_text(folder / "README.md", _text(description))
    hashes = description["sha256"] | {"README.md": sha256(folder / "README.md")}
    text = json.dumps({**description, "sha256": hashes}, indent=2)
    write_text(folder / "model.json", text + "\n")


def add_scores(folder: Path, scores: Mapping[str, tuple[float, float]]) -> None:
    """Put a scorecard's figures into the card of a model folder.

    Args:
        folder: The model folder.
        scores: By name of the figure: that of the model, and that of real digits.
    """
    description = read_json("model", folder / "model.json")
    write_card(
        folder, description | {"scores": {k: list(v) for k, v in scores.items()}}
    )


def _text(facts: Mapping) -> str:
    latent_dim = facts["latent_dim"]
    kinds = {"label": "int32", "thickness": "float32", "slant": "float32"}
    conditions = "".join(
        f", `{name}` {kinds[name]} (N,), {low} to {high}"
        for name, (low, high) in facts["conditions"].items()
    )
    licence = f"\nThe data: {facts['licence']}\n" if facts.get("licence") else ""
    image = ImageSpec(**facts.get("image", {}))  # the shipped model says none
    shape = ", ".join(map(str, image.shape))
    styles = ""
    if "slant" in facts["conditions"]:
        styles = "\n- `styles.npz`: styles of real digits, drawn from when nobody asks."
    return f"""\
# A handwritten-digit generator (digitgan preset `{facts["preset"]}`)

![Samples](samples.png)

Drawn by the weight average of a GAN that learned from: {facts["data"]}.
{licence}
- Made by `{facts["command"]}` (digitgan {facts["digitgan"]}, seed {facts["seed"]}):
  {facts["epochs"]:.2f} epochs in {facts["seconds"] / 60:.0f} minutes on
  {facts["machine"]}.
- `generator.onnx`: inputs `latents` float32 (N, {latent_dim}), standard
  normal{conditions};
  output uint8 (N, {shape}), 0 background to 255 ink. No random numbers inside.{styles}
- `gan.keras`: both players, to train on.
- `model.json`: the facts above for programs, and the SHA-256 of every file.
{_scores(facts.get("scores", {}))}
Meant for teaching, tests and synthetic data. It writes digits in the manner of its
training data and knows nothing else.
"""


def _scores(scores: Mapping[str, list[float]]) -> str:
    if not scores:
        return ""
    rows = [f"| {k} | {v:.4g} | {real:.4g} |" for k, (v, real) in scores.items()]
    head = ["\n| figure | this model | real digits |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, ""])
