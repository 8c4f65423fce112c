"""A sample, whatever the format of its data set."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from digitgan.data.png import encode_png


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture and all that is known of it."""

    # ``uint8 (H, W)``, or with channels. A single digit is as MNIST has them, 0
    # background to 255 ink; a page is dark on white unless asked otherwise
    image: np.ndarray
    metadata: dict[str, Any]  # what JSON can hold, such as its seed
    label: int | None = None  # of a single digit; otherwise None
    dropped: int = 0  # how many were drawn in its place before and misread
    characters: str = ""  # of a page, what each box holds
    # of a page, ``int (m, 4)``: left, top, right, bottom, exclusive
    boxes: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), int))
    # of a page, m times ``bool``, as large as its box: the ink there
    masks: list[np.ndarray] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """Return all that is known but the picture: metadata and label or boxes."""
        if self.label is not None:
            return {"label": self.label, **self.metadata}
        boxes = {"characters": self.characters, "boxes": self.boxes.tolist()}
        return self.metadata | boxes

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return encode_png(self.image)


Samples = list[Sample]  # of a shard, in order


def labels_and_images(samples: Samples) -> tuple[bytes, bytes]:
    """Return a byte for each label, and the pixels of all digits."""
    labels = bytes(sample.label or 0 for sample in samples)
    return labels, b"".join(sample.image.tobytes() for sample in samples)


def as_json(value: dict[str, Any] | list[Any]) -> bytes:
    """Return a line of JSON, as UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
