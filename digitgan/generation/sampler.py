"""Draw digits from a model folder, by ONNX Runtime alone."""

import json
from pathlib import Path

import numpy as np
import onnxruntime

from digitgan.errors import InputError
from digitgan.files import sha256
from digitgan.model.latents import draw_latents

BLOCK = 512  # digits in one call of the network


class Sampler:
    """A trained generator.

    Attributes:
        description: What ``model.json`` says.
        classes: The names of the labels that can be asked for; empty where none can.
    """

    def __init__(self, folder: str | Path):
        """Open a model folder, or a run folder that holds one.

        Raises:
            InputError: There is no model, or its file is not the one described.
        """
        folder = Path(folder)
        if not (folder / "model.json").is_file() and (folder / "model").is_dir():
            folder = folder / "model"
        card, network = folder / "model.json", folder / "generator.onnx"
        if not (card.is_file() and network.is_file()):
            raise InputError(
                f"model {str(folder)!r} has no model.json and generator.onnx: "
                "name a model folder or a finished run"
            )
        try:
            self.description = json.loads(card.read_text(encoding="utf-8"))
            known = self.description["sha256"]["generator.onnx"]
            conditional = "label" in self.description["conditions"]
            self.classes = tuple(self.description["classes"]) if conditional else ()
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"model {str(card)!r} is damaged: it cannot be read ({error!r})"
            ) from error
        if sha256(network) != known:
            raise InputError(
                f"model {str(network)!r} is not the file that model.json describes "
                "(its SHA-256 differs): it was changed or damaged"
            )
        self._session = onnxruntime.InferenceSession(network.read_bytes())

    def draw(
        self, n: int, seed: int = 0, labels: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Draw digits; the same ones for the same seed, however many are drawn.

        Args:
            n: How many.
            seed: Of the latents.
            labels: ``int (n,)``, the digits to write; each in turn unless given.

        Returns:
            ``uint8 (n, 28, 28)`` and the labels ``int32 (n,)``, or None where the
            model cannot be asked for a digit.

        Raises:
            InputError: n is not 1 or more, or the labels are not n of the model's.
        """
        if n < 1:
            raise InputError(f"n is {n}: allowed is 1 or more")
        labels = self._checked(labels, n)
        inputs = [draw_latents(n, self.description["latent_dim"], seed)]
        inputs += [] if labels is None else [labels]
        names = [node.name for node in self._session.get_inputs()]
        blocks = [
            self._session.run(
                None, {k: v[i : i + BLOCK] for k, v in zip(names, inputs, strict=True)}
            )[0]
            for i in range(0, n, BLOCK)
        ]
        return np.concatenate(blocks), labels

    def _checked(self, labels, n: int) -> np.ndarray | None:
        """Return the labels to ask for, ``int32 (n,)``; None where none can be."""
        size = len(self.classes)
        if labels is None:
            return np.arange(n, dtype=np.int32) % size if size else None
        if not size:
            raise InputError("labels are given: this model cannot be asked for a digit")
        labels = np.asarray(labels)
        if labels.shape != (n,) or labels.dtype.kind not in "iu":
            raise InputError(
                f"labels are {labels.dtype} {labels.shape}: allowed are integers ({n},)"
            )
        if labels.min() < 0 or labels.max() >= size:
            raise InputError(
                f"labels reach from {labels.min()} to {labels.max()}: "
                f"allowed is 0 to {size - 1}"
            )
        return labels.astype(np.int32)
