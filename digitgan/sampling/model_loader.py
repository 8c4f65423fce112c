"""A model folder from anywhere, checked before anything of it is used."""

import hashlib
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from digitgan import limits, untrusted
from digitgan.data.images import DIGITS, ImageSpec
from digitgan.dataclass_json import from_json
from digitgan.errors import InputError
from digitgan.measure.onnx_session import open_session
from digitgan.model.conditions import LatentCategorical
from digitgan.npz import parse_arrays
from digitgan.sampling.styles import STYLE_ARRAYS, STYLE_UNITS, StyleTable

SHIPPED = Path(__file__).parent.parent / "pretrained"
MAX_LATENT_DIM = 4096
MAX_CLASSES = 256
MAX_CLASS_NAME = 100  # characters

Limits = dict[str, tuple[float, float]]  # lowest and highest value, by name


@dataclass(frozen=True)
class ModelCard:
    """What of ``model.json`` drawing depends on."""

    latent_dim: int
    conditions: Limits  # of each input besides the latents
    classes: tuple[str, ...]  # the names of the labels
    sha256: dict[str, str]  # of each file
    label_thresholds: tuple[float, ...] = ()  # of a LatentCategorical, if there is one
    image: ImageSpec = DIGITS  # what older models do not say

    def __post_init__(self) -> None:
        """Refuse, by ValueError, what no model can be."""
        if not 1 <= self.latent_dim <= MAX_LATENT_DIM:
            raise ValueError(f"latent_dim is {self.latent_dim}: up to {MAX_LATENT_DIM}")
        if any(low > high for low, high in self.conditions.values()):
            raise ValueError(f"conditions are {self.conditions}: lowest, then highest")
        if list(self.label_thresholds) != sorted(self.label_thresholds):
            raise ValueError(f"label_thresholds are {self.label_thresholds}: ascending")
        if "label" in self.conditions or self.label_thresholds:
            check_classes(self.classes)
        elif self.style_limits():
            raise ValueError("styles without labels")

    def labels(self) -> tuple[str, ...]:
        """Return the classes that can be asked for: others were never learnt."""
        if self.label_thresholds:
            return self.classes[: len(self.label_thresholds) + 1]
        if "label" not in self.conditions:
            return ()
        return self.classes[: int(self.conditions["label"][1]) + 1]

    def style_limits(self) -> Limits:
        """Return the limits of each style that can be asked for."""
        return {n: self.conditions[n] for n in STYLE_UNITS if n in self.conditions}

    def example_inputs(self) -> dict[str, np.ndarray]:
        """Return inputs of the network for one image of each label."""
        n = len(self.labels()) or 1
        lows = {name: low for name, (low, _) in self.conditions.items()}
        inputs: dict[str, np.ndarray] = {
            name: np.full(n, low, np.float32) for name, low in lows.items()
        }
        if "label" in inputs:
            inputs["label"] = np.arange(n, dtype=np.int32)
        return inputs | {"latents": np.zeros((n, self.latent_dim), np.float32)}


@dataclass(eq=False)
class LoadedModel:
    """A model folder that holds together."""

    folder: Path
    description: dict[str, Any] = field(repr=False)  # what ``model.json`` says
    classes: tuple[str, ...]  # the names of the labels that can be asked for
    limits: Limits  # of each style that can be asked for
    latent_dim: int
    image: ImageSpec
    styles: StyleTable | None = field(repr=False)  # where some can be asked for
    network: bytes = field(repr=False)  # the content of ``generator.onnx``
    session: onnxruntime.InferenceSession = field(repr=False)  # that it is open in
    latent_label: LatentCategorical | None  # where the latents choose the label

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process opens it from."""
        return {name: one for name, one in vars(self).items() if name != "session"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Open it anew."""
        vars(self).update(state, session=open_session(state["network"]))


def open_model(folder: str | PathLike[str]) -> LoadedModel:
    """Open a model folder, or a run folder that holds one.

    Raises:
        InputError: There is no model, or its files are not those described, are
            damaged, or promise what they do not keep.
    """
    folder = Path(folder).expanduser()
    if not (folder / "model.json").is_file() and (folder / "model").is_dir():
        folder = untrusted.inside("model", folder, "model")
    card_file, network, style_file = (
        untrusted.inside("model", folder, name)
        for name in ("model.json", "generator.onnx", "styles.npz")
    )
    if not (card_file.is_file() and network.is_file()):
        allowed = "a model folder or a finished run"
        problem = "has no model.json and generator.onnx"
        raise InputError("model", folder, allowed, problem)
    with untrusted.as_input_errors("model", folder):
        description = untrusted.read_json("model", card_file)
        contents = {network: untrusted.read_bytes("model", network, limits.NETWORK)}
        if style_file.is_file():
            contents[style_file] = untrusted.read_bytes(
                "model", style_file, limits.STYLES
            )
        names = ModelCard.__annotations__.keys() & description.keys()
        card = from_json(ModelCard, {name: description[name] for name in names})
        classes, ranges = card.labels(), card.style_limits()
        inputs, styles = card.example_inputs(), None
        for path in (network, style_file) if ranges else (network,):
            sha256 = hashlib.sha256(contents.get(path, b"")).hexdigest()
            if sha256 != card.sha256[path.name]:
                raise untrusted.changed_file("model", path)
        if ranges:
            content = contents[style_file]
            arrays = parse_arrays(content, STYLE_ARRAYS, limits.STYLES)
            styles = StyleTable(arrays, len(classes))
        session = open_session(contents[network])
        images = np.asarray(session.run(None, inputs)[0])
        shape = (len(inputs["latents"]), *card.image.shape)
        if images.shape != shape or images.dtype != np.uint8:  # not what the card says
            drawn = f"{images.dtype} {images.shape}"
            raise ValueError(f"it draws {drawn}, not {card.image}")
    return LoadedModel(
        folder,
        description,
        classes,
        ranges,
        card.latent_dim,
        card.image,
        styles,
        contents[network],
        session,
        LatentCategorical(card.label_thresholds) if card.label_thresholds else None,
    )


def check_classes(classes: tuple[str, ...]) -> None:
    """Refuse, by ValueError, names of labels that could not be names of folders."""
    if not 1 <= len(set(classes)) == len(classes) <= MAX_CLASSES:
        raise ValueError(f"{len(classes)} classes: 1 to {MAX_CLASSES} different ones")
    for name in classes:
        parts = {*name.split("/")}
        if (
            not (name.isprintable() and len(name) <= MAX_CLASS_NAME)
            or parts & {"", ".", ".."}
            or set(name) & set("\\:")
        ):
            raise ValueError(f"a class is named {name[:MAX_CLASS_NAME]!r}")
