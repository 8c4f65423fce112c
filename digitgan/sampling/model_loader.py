"""A model folder from anywhere, checked before anything of it is used."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import onnxruntime

from digitgan import files
from digitgan.data.images import DIGITS, ImageSpec
from digitgan.errors import InputError
from digitgan.measure.onnx_session import open_session
from digitgan.sampling.styles import UNITS, Styles

MOST_LATENTS = 4096
MOST_CLASSES = 256
LONGEST_NAME = 100  # characters of a class


@dataclass(frozen=True)
class Card:
    """What of ``model.json`` drawing depends on.

    Attributes:
        latent_dim: Length of z.
        conditions: Least and greatest value of what can be asked for, by name.
        classes: Names of the labels.
        image: Size and kind of what it draws.
        sha256: Of each file, by name.
    """

    latent_dim: int
    conditions: dict[str, tuple[float, float]]
    classes: tuple[str, ...]
    image: ImageSpec
    sha256: dict[str, str]

    @property
    def limits(self) -> dict[str, tuple[float, float]]:
        """Least and greatest value of each style."""
        return {n: self.conditions[n] for n in UNITS if n in self.conditions}


@dataclass(frozen=True, eq=False)
class Model:
    """A model folder that holds together.

    Attributes:
        folder: Where its files are.
        description: What ``model.json`` says.
        card: What of it drawing depends on.
        styles: Those of some real digits, or None where none can be asked for.
        session: The network.
    """

    folder: Path
    description: dict
    card: Card
    styles: Styles | None
    session: onnxruntime.InferenceSession


def open_model(folder: str | Path) -> Model:
    """Open a model folder, or a run folder that holds one.

    Raises:
        InputError: There is no model, or its files are not those described, are
            damaged, or promise what they do not keep.
    """
    folder = Path(folder)
    if not (folder / "model.json").is_file() and (folder / "model").is_dir():
        folder = folder / "model"
    path, network = folder / "model.json", folder / "generator.onnx"
    if not (path.is_file() and network.is_file()):
        raise InputError(
            f"model {str(folder)!r} has no model.json and generator.onnx: "
            "name a model folder or a finished run"
        )
    description = files.read_json("model", path)
    with files.as_input_errors("model", path):
        card = _card(description)
        sums = {name: card.sha256[name] for name in _needed(card)}
    session = open_session("model", network, sums["generator.onnx"])
    styles = None
    if card.limits:
        table = folder / "styles.npz"
        if not table.is_file() or files.sha256(table) != sums["styles.npz"]:
            raise files.changed_file("model", table)
        styles = Styles(table, len(card.classes))
    with files.as_input_errors("model", network):
        _try_out(session, card)
    return Model(folder, description, card, styles, session)


def _needed(card: Card) -> list[str]:
    return ["generator.onnx", *["styles.npz"] * bool(card.limits)]


def _card(description: dict) -> Card:
    """Return the part of a description that is used, if it makes sense."""
    description = {"image": asdict(DIGITS), **description}
    known = {name: description[name] for name in Card.__annotations__}
    card = files.from_json(Card, known)
    if not 1 <= card.latent_dim <= MOST_LATENTS:
        raise ValueError(f"latent_dim is {card.latent_dim}: up to {MOST_LATENTS}")
    if any(low > high for low, high in card.conditions.values()):
        raise ValueError(f"conditions are {card.conditions}: least, then greatest")
    if "label" in card.conditions:
        check_classes(card.classes)
        drawn = int(card.conditions["label"][1]) + 1  # others were never learnt
        card = replace(card, classes=card.classes[:drawn])
    elif card.limits:
        raise ValueError("styles without labels")
    return card


def check_classes(classes: tuple[str, ...]) -> None:
    """Refuse names of labels that could not be the names of folders.

    Raises:
        ValueError: There are none or too many, two are the same, or one leads
            elsewhere.
    """
    if not 1 <= len(set(classes)) == len(classes) <= MOST_CLASSES:
        raise ValueError(f"{len(classes)} classes: 1 to {MOST_CLASSES} different ones")
    for name in classes:
        steps = {*name.split("/")}
        if (
            not (name.isprintable() and len(name) <= LONGEST_NAME)
            or steps & {"", ".", ".."}
            or set(name) & set("\\:")
        ):
            raise ValueError(f"a class is named {name[:LONGEST_NAME]!r}")


def _try_out(session: onnxruntime.InferenceSession, card: Card) -> None:
    """Draw one digit of each label: the network must do what its card says."""
    n = len(card.classes) if "label" in card.conditions else 1
    asked = {"latents": np.zeros((n, card.latent_dim), np.float32)}
    for name, (low, _) in card.conditions.items():
        asked[name] = np.full(n, low, np.float32)
    if "label" in asked:
        asked["label"] = np.arange(n, dtype=np.int32)
    drawn = session.run(None, asked)[0]
    if drawn.shape != (n, *card.image.shape) or drawn.dtype != np.uint8:
        raise ValueError(f"it draws {drawn.dtype} {drawn.shape}, not {card.image}")
