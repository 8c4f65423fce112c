"""A writer who does not exist fills a form, and somebody photographs it badly."""

import io

import cv2
import numpy as np
from PIL import Image

from digitgan.data.dataset import Digits, held_out
from digitgan.data.sheet import form
from digitgan.measure.morphometry import measure
from digitgan.measure.nearest_neighbours import nearest

EACH = 5  # digits on the form, of each class
WINDOW = {"slant": 6.0, "thickness": 0.5}  # degrees and pixels to either side
TALL = 95  # pixels of the 20 that a digit of MNIST is long, on paper: 8 mm
SHAPES = 40  # digits of each class that one writer of fixed shapes may write


def of_one_style(train: Digits, slant: float, thickness: float) -> Digits:
    """Return held-out training digits of like slant and thickness."""
    digits = held_out(train)[1]
    measured = measure(digits.images)
    asked = {"slant": slant, "thickness": thickness}
    near = [np.abs(measured[k] - asked[k]) <= WINDOW[k] for k in WINDOW]
    return digits[np.flatnonzero(np.all(near, axis=0))]


def of_one_shape(train: Digits, seed: int) -> Digits:
    """Return those held-out digits of each class that are most like one of them."""
    digits, rng = held_out(train)[1], np.random.default_rng(seed)
    picked = []
    for label in range(10):
        these = np.flatnonzero(digits.labels == label)
        model = digits.images[rng.choice(these)]
        apart = [nearest(digits.images[[i]], model[np.newaxis])[0][0] for i in these]
        picked.append(these[np.argsort(apart, kind="stable")[:SHAPES]])
    return digits[np.sort(np.concatenate(picked))]


def split(writer: Digits, seed: int = 0) -> tuple[Digits, Digits]:
    """Return what the writer puts on the form, and the rest that only measures."""
    order = np.random.default_rng(seed).permutation(len(writer))
    rows = [order[writer.labels[order] == label][:EACH] for label in range(10)]
    on_form = np.concatenate(rows)
    rest = np.setdiff1d(np.arange(len(writer)), on_form)
    return writer[on_form], writer[rest]


def filled_form(
    digits: Digits, seed: int = 0, darkness: float = 0.75
) -> tuple[Image.Image, np.ndarray]:
    """Write digits into the cells of their rows, not quite in the middle.

    Args:
        digits: At most eight of each class.
        seed: Of their places.
        darkness: Of the pen, the share of light that it takes.

    Returns:
        The page, and ``int (N,)``: the cell of each digit.
    """
    rng = np.random.default_rng(seed)
    page = np.asarray(form.draw_form(), np.float32) / 255
    places, used = np.zeros(len(digits), int), np.zeros(10, int)
    size = round(28 * TALL / 20)
    for i, (image, label) in enumerate(zip(*vars(digits).values(), strict=True)):
        places[i] = label * form.COLUMNS + used[label]
        used[label] += 1
        ink = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC) > 127
        box = form.cell_boxes()[places[i]]
        left, top = (box[:2] + box[2:] - size) // 2 + rng.integers(-12, 13, 2)
        page[top : top + size, left : left + size] *= 1 - darkness * ink
    return Image.fromarray(np.rint(255 * page).astype(np.uint8)), places


def photograph(page: Image.Image, seed: int = 0, width: int = 2000) -> bytes:
    """Return a JPEG of the page: tilted, shadowed, blurred and noisy.

    Args:
        page: From :func:`filled_form`.
        seed: Of the tilt, the shadow and the noise.
        width: Of the picture, in pixels; its height is 4/3 of that.
    """
    rng = np.random.default_rng(seed)
    size = np.array([width, width * 4 // 3])
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    aims = 0.05 + 0.9 * corners + rng.uniform(-0.045, 0.045, (4, 2))
    tilt = cv2.getPerspectiveTransform(
        corners * np.float32(page.size), np.float32(aims * size)
    )
    table = (110, 125, 140)
    shrunk = cv2.GaussianBlur(np.asarray(page.convert("RGB")), (0, 0), 1)
    seen = cv2.warpPerspective(shrunk, tilt, size.tolist(), borderValue=table)
    y, x = np.mgrid[: size[1], : size[0]] / size.reshape(2, 1, 1)[::-1]
    angle = rng.uniform(0, 2 * np.pi)
    across = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    light = 0.8 + 0.35 * across  # a lamp to one side, and somebody's shadow
    light *= 1 - 0.4 / (1 + np.exp(-(across - rng.uniform(-0.1, 0.2)) / 0.015))
    seen = seen * light[..., np.newaxis] * (0.98, 0.95, 0.86)
    seen = cv2.GaussianBlur(seen, (0, 0), width / 1500)
    seen += rng.normal(0, 4, seen.shape)
    file = io.BytesIO()
    photo = Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))
    photo.save(file, "jpeg", quality=70)
    return file.getvalue()
