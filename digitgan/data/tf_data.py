"""A ``tf.data.Dataset`` as arrays; TensorFlow itself is not needed."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from digitgan.errors import InputError


class TFDataset(Protocol):
    """What of ``tf.data.Dataset`` is used."""

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Yield the elements as NumPy arrays."""
        ...

    def cardinality(self) -> Any:
        """Return the number of elements; -1 where there is no end."""
        ...


def arrays_of(data: TFDataset) -> tuple[np.ndarray, np.ndarray | None]:
    """Return images and labels of a finite data set, batched or not.

    Its elements are images, ``(image, label)``, or dictionaries with ``image`` and
    ``label`` as tensorflow-datasets makes them.
    """
    if int(data.cardinality()) == -1:
        raise InputError("data", None, "one that ends", "is a data set without end")
    elements = [_pair(element) for element in data.as_numpy_iterator()]
    if not elements:
        raise InputError("data", None, "one with images", "is an empty data set")
    images, labels = zip(*elements, strict=True)
    first, label = np.asarray(images[0]), labels[0]
    if label is None:
        batched = first.ndim == 4 or (first.ndim == 3 and first.shape[2] > 4)
    else:
        batched = np.ndim(label) > 0 and len(label) == len(first)
    join = np.concatenate if batched else np.stack
    return join(images), None if label is None else join(labels)


def _pair(element: Any) -> tuple[Any, Any]:
    if isinstance(element, dict):
        return element["image"], element.get("label")
    return element if isinstance(element, tuple) else (element, None)
