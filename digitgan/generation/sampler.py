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
        n_classes: How many labels can be asked for; 0 where none can.
    """

    def __init__(self, folder: str | Path):
        """Open a model folder, or a run folder that holds one.

        Raises:
            InputError: There is no model, or its file is not the one described.
        """
        folder = Path(folder)
        if not (folder / "model.json").is_file():
            folder = folder / "model"
        card, network = folder / "model.json", folder / "generator.onnx"
        if not (card.is_file() and network.is_file()):
            raise InputError(
                f"model {str(folder)!r} has no model.json and generator.onnx: "
                "name a model folder or a finished run"
            )
        self.description = json.loads(card.read_text(encoding="utf-8"))
        if sha256(network) != self.description["sha256"]["generator.onnx"]:
            raise InputError(
                f"model {str(network)!r} is not the file that model.json describes "
                "(its SHA-256 differs): it was changed or damaged"
            )
        conditional = "label" in self.description["conditions"]
        self.n_classes = len(self.description["classes"]) if conditional else 0
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
        """
        inputs = [draw_latents(n, self.description["latent_dim"], seed)]
        if self.n_classes:
            labels = np.arange(n) % self.n_classes if labels is None else labels
            labels = np.asarray(labels, dtype=np.int32)
            inputs.append(labels)
        names = [node.name for node in self._session.get_inputs()]
        blocks = [
            self._session.run(
                None, {k: v[i : i + BLOCK] for k, v in zip(names, inputs, strict=True)}
            )[0]
            for i in range(0, n, BLOCK)
        ]
        return np.concatenate(blocks), labels if self.n_classes else None
