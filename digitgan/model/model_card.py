"""The model card: what a model folder says of itself, to people and to programs."""

from collections.abc import Mapping
from pathlib import Path

from digitgan.data.images import ImageSpec
from digitgan.files import write_json, write_text
from digitgan.untrusted import read_json, sha256


def write_card(folder: Path, description: Mapping, text: str = "") -> None:
    """Write ``README.md``, :func:`card_text` unless given, and ``model.json``."""
    write_text(folder / "README.md", text or card_text(description))
    hashes = description["sha256"] | {"README.md": sha256(folder / "README.md")}
    write_json(folder / "model.json", {**description, "sha256": hashes})


def add_scores(folder: Path, scores: Mapping[str, tuple[float, float]]) -> None:
    """Put figures into the card: by name, that of the model and of real digits."""
    description = read_json("model", folder / "model.json")
    stored = {name: list(pair) for name, pair in scores.items()}
    write_card(folder, description | {"scores": stored})


def card_text(facts: Mapping) -> str:
    """Return the card that tells the facts of ``model.json``."""
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
    afterwards = ""
    if facts.get("settings", {}).get("match_means"):
        afterwards = (
            "\n- Since training, the latents' mean of each class lies where the "
            "discriminator sees\n  real images."
        )
    if facts.get("latent_scale", 1) > 1:
        afterwards += (
            f"\n- Latents count {facts['latent_scale']:.2f} times what they did in "
            "training, which brought it\n  nearest to training images."
        )
    return f"""\
# A handwritten-digit generator (digitgan preset `{facts["preset"]}`)

![Samples](samples.png)

Drawn by the weight average of a GAN that learned from: {facts["data"]}.
{licence}
- Made by `{facts["command"]}` (digitgan {facts["digitgan"]}, seed {facts["seed"]}):
  {facts["epochs"]:.2f} epochs in {facts["seconds"] / 60:.0f} minutes on
  {facts["machine"]}.{afterwards}
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
