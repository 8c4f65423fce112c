"""Each player as one ONNX file, from and to finished images."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from onnx import TensorProto

from digitgan.data.images import SIDE
from digitgan.data.mnist_preprocessing import BOX_CENTRE, DIGIT_LENGTH, MAX_OFFSET
from digitgan.model.antialiasing import Antialiasing
from digitgan.model.histogram_matching import CURVE_STEPS, INK_LIMIT, GreyCurve
from digitgan.model.keras_to_onnx import translate
from digitgan.model.latent_side import SIDE_LAYER
from digitgan.model.onnx_graph import Graph

CHANNELS_FIRST, CHANNELS_LAST = [0, 3, 1, 2], [0, 2, 3, 1]
Finish = GreyCurve | Antialiasing | None  # how what the network yields becomes grey


def write_generator(
    path: Path, generator: Any, finish: Finish, boxed: bool = False
) -> None:
    """Write a generator and its last step, from latents to finished images.

    Inputs are named as those of the Keras model; the output ``digits`` is ``uint8
    (N, height, width)``, several channels last. Boxes are placed as
    :func:`digitgan.data.mnist_preprocessing.place_by_mass` does.
    """
    graph, names = Graph(), {x.name: x.name for x in generator.inputs}
    for x in generator.inputs:
        _declare(graph, x)
    name = "box" if boxed else "digits"
    if finish is None:
        _scale_evenly(graph, translate(graph, generator, names), generator, name)
    elif isinstance(finish, GreyCurve):
        ink = translate(graph, part_of(generator, "ink"), names)
        _apply_grey_curve(graph, ink, finish, name)
    else:
        bitmap = translate(graph, part_of(generator, "bitmap"), names)
        side = translate(graph, part_of(generator, SIDE_LAYER), names)
        finish.append(graph, bitmap, side, name)
    shape = _finished_shape(generator.output)
    if boxed:
        _place_by_mass(graph, name, *shape[2:])
        shape = (SIDE, SIDE, *shape[2:])
    graph.output("digits", TensorProto.UINT8, shape)
    graph.save(path)


def write_part(path: Path, part: Any) -> None:
    """Write what a part of a generator yields, one channel: ``(N, height, width)``."""
    graph = Graph()
    for x in part.inputs:
        _declare(graph, x)
    x = translate(graph, part, {x.name: x.name for x in part.inputs})
    shape = part.output.shape[1:3]
    if shape:
        graph.add("Squeeze", x, [1], name="part")
    else:
        graph.add("Identity", x, name="part")
    graph.output("part", TensorProto.FLOAT, shape)
    graph.save(path)


def write_discriminator(path: Path, discriminator: Any) -> None:
    """Write a discriminator, from finished images to probabilities.

    The input ``digits`` is what the generator's file yields, such as ``uint8 (N, 28,
    28)``; conditions are named as in the Keras model. The output ``probability`` is
    ``float32 (N,)``. Dropout is off.
    """
    graph = Graph()
    image, *conditions = discriminator.inputs
    graph.input("digits", TensorProto.UINT8, _finished_shape(image))
    for x in conditions:
        _declare(graph, x)
    x = graph.add("Cast", "digits", to=TensorProto.FLOAT)
    x = graph.add("Sub", graph.add("Mul", x, 1 / 127.5), 1.0)
    if image.shape[3] == 1:
        x = graph.add("Unsqueeze", x, [1])
    else:
        x = graph.add("Transpose", x, perm=CHANNELS_FIRST)
    names = {image.name: x} | {x.name: x.name for x in conditions}
    probability = translate(graph, discriminator, names)
    graph.add("Squeeze", probability, [1], name="probability")
    graph.output("probability", TensorProto.FLOAT, ())
    graph.save(path)


def part_of(generator: Any, layer: str) -> Any:
    """Return the part of a generator that ends with a layer, such as its ``ink``."""
    return keras.Model(generator.inputs, generator.get_layer(layer).output)


def _declare(graph: Graph, x) -> None:
    """Declare an input as it is in Keras."""
    dtype = TensorProto.INT32 if x.dtype == "int32" else TensorProto.FLOAT
    graph.input(x.name, dtype, x.shape[1:])


def _finished_shape(image) -> tuple:
    """Return the shape of a finished image, without the batch."""
    return image.shape[1:3] if image.shape[3] == 1 else image.shape[1:]


def _apply_grey_curve(graph: Graph, ink: str, curve: GreyCurve, name: str) -> None:
    """Append the ink's step in the curve, its grey and the peaks."""
    scale = CURVE_STEPS / (2 * INK_LIMIT)
    step = graph.add("Squeeze", ink, [1])
    step = graph.add("Mul", step, scale)
    step = graph.add("Add", step, INK_LIMIT * scale)
    most = graph.add("ReduceMax", step, [1, 2])
    least_peak = graph.add("Sub", most, curve.peak_gap * scale)
    is_peak = graph.add("GreaterOrEqual", step, least_peak)
    step = graph.add("Clip", step, 0.0, CURVE_STEPS - 1.0)
    step = graph.add("Cast", step, to=TensorProto.INT32)
    grey = graph.add("Gather", curve.greys, step)
    graph.add("Where", is_peak, np.array(255, np.uint8), grey, name=name)


def _scale_evenly(graph: Graph, image: str, generator, name: str) -> None:
    """Append the even way from [-1, 1] to 0..255."""
    if generator.output.shape[3] == 1:
        x = graph.add("Squeeze", image, [1])
    else:
        x = graph.add("Transpose", image, perm=CHANNELS_LAST)
    x = graph.add("Mul", x, 127.5)
    x = graph.add("Add", x, 127.5)
    x = graph.add("Clip", x, 0.0, 255.0)
    graph.add("Cast", graph.add("Round", x), to=TensorProto.UINT8, name=name)


def _place_by_mass(graph: Graph, box: str, channels: int = 1) -> None:
    """Append the placing of a box: two matrices of zeros and ones move it.

    Of several channels, which come last, each is placed by itself.

    On each axis it starts at the greatest k up to 8 for which the moment of its mass
    about 15 - k is not positive. Moments are halves of whole numbers that float32
    holds, so every engine finds the same place.
    """
    box = graph.add("Cast", box, to=TensorProto.FLOAT)
    if channels > 1:
        box = graph.add("Transpose", box, perm=CHANNELS_FIRST)
        box = graph.add("Reshape", box, [-1, DIGIT_LENGTH, DIGIT_LENGTH])
    greys = graph.add("Reshape", box, [-1, DIGIT_LENGTH**2])
    middles = np.arange(DIGIT_LENGTH) + 0.5
    starts = np.arange(MAX_OFFSET + 1)[:, np.newaxis, np.newaxis]
    pixels = np.arange(SIDE)[:, np.newaxis]
    move = (pixels == starts + np.arange(DIGIT_LENGTH)).astype(float)
    moves = []
    for arms, table in (
        (np.repeat(middles, DIGIT_LENGTH), move),
        (np.tile(middles, DIGIT_LENGTH), move.transpose(0, 2, 1)),
    ):
        arms = BOX_CENTRE - starts[1:, 0, 0] - arms[:, np.newaxis]
        moments = graph.add("Gemm", greys, arms, [0.0])
        reached = graph.add("GreaterOrEqual", moments, 0.0)
        start = graph.count(reached, MAX_OFFSET)
        moves.append(graph.add("Gather", table, start))
    rows, columns = moves
    image = graph.add("MatMul", graph.add("MatMul", rows, box), columns)
    if channels > 1:
        image = graph.add("Reshape", image, [-1, channels, SIDE, SIDE])
        image = graph.add("Transpose", image, perm=CHANNELS_LAST)
    graph.add("Cast", image, to=TensorProto.UINT8, name="digits")
