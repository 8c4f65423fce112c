"""The samples of a shard, whatever its format."""

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image


@dataclass(frozen=True, eq=False)
class Samples:
    """What a shard holds, whatever its format.

    Attributes:
        images: n times ``uint8 (H, W)``, or with channels. Single digits are as MNIST
            has them, 0 background to 255 ink, in one array; pages are dark on white.
        metadata: What is known of each, by name, n values each; JSON can hold them.
        labels: Of single digits, ``int32 (n,)``; otherwise None.
        characters: Of pages, what each box holds.
        boxes: Of pages, ``int (m, 4)`` each: left, top, right, bottom, exclusive.
        masks: Of pages, m times ``bool`` each, as large as its box: the ink there.
        dropped: How many the classifier misread, so that they were drawn again.
    """

    images: np.ndarray | list[np.ndarray]
    metadata: dict[str, list]
    labels: np.ndarray | None = None
    characters: list[str] = field(default_factory=list)
    boxes: list[np.ndarray] = field(default_factory=list)
    masks: list[list[np.ndarray]] = field(default_factory=list)
    dropped: int = 0

    def metadata_of(self, i: int) -> dict:
        """Return the metadata of one sample."""
        return {name: values[i] for name, values in self.metadata.items()}

    def record(self, i: int) -> dict:
        """Return all that is known of one sample: its metadata and label or boxes."""
        if self.labels is not None:
            return {"label": int(self.labels[i]), **self.metadata_of(i)}
        boxes = {"characters": self.characters[i], "boxes": self.boxes[i].tolist()}
        return self.metadata_of(i) | boxes

    def png(self, i: int) -> bytes:
        """Return one image as a PNG file."""
        file = io.BytesIO()
        Image.fromarray(self.images[i]).save(file, "PNG")
        return file.getvalue()
