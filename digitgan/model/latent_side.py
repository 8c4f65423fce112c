"""The side of a digit's bitmap, which z chooses as real digits have it."""

from statistics import NormalDist
from typing import Any

import keras
import numpy as np
from keras import ops

from digitgan.data.mnist_antialiasing import SIDE_NAME
from digitgan.model.conditions import Continuous
from digitgan.model.onnx_graph import Graph

SIDE_LAYER = f"latent_{SIDE_NAME}"  # by which z chooses it
USUAL_SIDE = Continuous(SIDE_NAME, 48.0, 12.0)  # as the generator standardises it
THICKNESS_ROWS, LATENT_COLUMNS = 16, 64  # of each label's table of sides
NEIGHBOURS = 300  # real digits that a row is measured on, or all of its thickness


@keras.saving.register_keras_serializable(package="digitgan")
class LatentSide(keras.layers.Layer):
    """The side of the bitmap, as a normal number chooses it.

    Sides in pixels are distributed as those of real digits of about the same
    thickness: each row of the table holds quantiles, row after row of thickness, label
    after label. The limits lie between rows and columns, ascending.
    """

    def __init__(self, thickness_limits, latent_limits, table, **kwargs):
        super().__init__(**kwargs)
        self.thickness_limits, self.latent_limits = thickness_limits, latent_limits
        self.table = table

    @classmethod
    def fit(cls, labels, thickness, sides, **kwargs) -> "LatentSide":
        """Measure real digits: three arrays ``(N,)``."""
        ends = np.quantile(thickness, np.arange(1, THICKNESS_ROWS) / THICKNESS_ROWS)
        rows = np.column_stack([[-np.inf, *ends], [*ends, np.inf]])
        shares = (np.arange(LATENT_COLUMNS) + 0.5) / LATENT_COLUMNS
        table = []
        for label in range(labels.max() + 1):
            members = labels == label if np.any(labels == label) else labels >= 0
            some = thickness[members]
            for lowest, highest in rows:
                distance = np.maximum(np.maximum(lowest - some, some - highest), 0)
                count = max(np.sum(distance == 0), NEIGHBOURS)
                nearest = np.argsort(distance, kind="stable")[:count]
                row = np.quantile(sides[members][nearest], shares, method="nearest")
                table += row.astype(int).tolist()
        columns = np.arange(1, LATENT_COLUMNS) / LATENT_COLUMNS
        return cls(
            ends.tolist(),
            [NormalDist().inv_cdf(end) for end in columns],
            table,
            **kwargs,
        )

    def call(self, number, label, thickness):
        """Return sides in pixels, ``float32 (N,)``, of normal numbers ``(N, 1)``."""
        row = _count_reached(thickness[:, None], self.thickness_limits)
        column = _count_reached(number, self.latent_limits)
        rows = len(self.thickness_limits) + 1
        columns = len(self.latent_limits) + 1
        place = (ops.cast(label, "int32") * rows + row) * columns + column
        return ops.take(ops.convert_to_tensor(self.table, "float32"), place)

    def compute_output_spec(self, number, label, thickness):
        """Say what :meth:`call` returns."""
        return keras.KerasTensor((None,), "float32")

    def append(self, graph: Graph, number: str, label: str, width: str) -> str:
        """Append :meth:`call` to an ONNX graph, of the names of its arguments."""
        width = graph.add("Unsqueeze", width, [1])
        place = label
        for values, limits in (
            (width, self.thickness_limits),
            (number, self.latent_limits),
        ):
            reached = graph.add("GreaterOrEqual", values, [limits])
            place = graph.add("Mul", place, np.array(len(limits) + 1, np.int32))
            place = graph.add("Add", place, graph.count(reached, len(limits)))
        return graph.add("Gather", np.asarray(self.table, float), place)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same layer anew."""
        names = ("thickness_limits", "latent_limits", "table")
        return {**super().get_config(), **{n: getattr(self, n) for n in names}}


def _count_reached(values, limits):
    reached = values >= ops.convert_to_tensor(limits, "float32")
    return ops.sum(ops.cast(reached, "int32"), axis=1)
