"""The one place that decides range, size, polarity, emptiness and orientation."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from digitgan.data.checks import SHAPES, check_size, unreadable
from digitgan.data.images import SIDE
from digitgan.data.pictures import MIN_CONTRAST
from digitgan.errors import import_extra

MEANS = Path(__file__).parent / "digit_means.npy"  # of MNIST's training digits
EVIDENCE = 500  # digits that are compared with them
MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081  # what people standardise with


def as_images(raw: np.ndarray, count: int | None, remarks: Counter) -> np.ndarray:
    """Return an array of any shape and range as ``uint8 (N, H, W)`` or with 3 channels.

    ``remarks`` gets what was decided, and for how many images.
    """
    return _scaled(_shaped(raw, count), remarks)


def _shaped(raw: np.ndarray, count: int | None) -> np.ndarray:
    """Return images with the channels, if there are some, at the end."""
    if raw.ndim == 2 and count == raw.shape[1] != raw.shape[0]:  # a column each
        raw = raw.T
    side = math.isqrt(raw.shape[1]) if raw.ndim == 2 else 0
    if raw.ndim == 2 and side >= 4 and side * side == raw.shape[1]:
        return raw.reshape(-1, side, side)
    if raw.ndim == 3 and count == raw.shape[2] != raw.shape[0]:  # MATLAB: N at the end
        return np.moveaxis(raw, 2, 0)
    if raw.ndim == 4 and count == raw.shape[3] != raw.shape[0]:
        raw = np.moveaxis(raw, 3, 0)
    if raw.ndim == 4 and raw.shape[1] in (1, 3) and raw.shape[3] not in (1, 3, 4):
        raw = np.moveaxis(raw, 1, 3)
    if raw.ndim == 4 and raw.shape[3] == 1:
        raw = raw[..., 0]
    elif raw.ndim == 4 and raw.shape[3] in (3, 4):
        first = raw[..., :1]
        raw = raw[..., 0] if (raw[..., :3] == first).all() else raw[..., :3]
    if raw.ndim not in (3, 4) or raw.dtype.kind not in "biuf" or 0 in raw.shape[1:]:
        problem = f"holds images of shape {raw.shape} as {raw.dtype}"
        raise unreadable(problem, SHAPES)
    return raw


def _scaled(raw: np.ndarray, remarks: Counter) -> np.ndarray:
    """Return values of any range as ``uint8`` from 0 to 255."""
    if not len(raw):
        return raw.astype(np.uint8)
    if raw.dtype.kind == "b":
        raw = raw.view(np.uint8)
    low, high = float(raw.min()), float(raw.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise unreadable("holds pixels that are no numbers", "finite numbers")
    if low == high:
        raise unreadable(f"holds blank images alone: every pixel is {low:g}", "digits")
    scaling = _scaling(low, high, raw.dtype.kind == "f", raw.shape[1:3])
    if scaling is None:
        return raw.astype(np.uint8, copy=False) if raw.dtype.kind != "f" else _rint(raw)
    said, start, width = scaling
    remarks[said] += len(raw)
    scaled = np.empty(raw.shape, np.uint8)
    for at in range(0, len(raw), 4096):  # as floats, all together may not fit
        part = raw[at : at + 4096].astype(np.float32)
        scaled[at : at + 4096] = _rint((part - start) * (255 / width))
    return scaled


def _rint(values: np.ndarray) -> np.ndarray:
    return np.rint(values).clip(0, 255).astype(np.uint8)


def _scaling(
    low: float, high: float, floats: bool, size: tuple[int, ...]
) -> tuple[str, float, float] | None:
    """Return what to say of a range, its black and its width; None for 0 to 255."""
    mean, deviation = MNIST_MEAN, MNIST_DEVIATION
    black, white = -mean / deviation, (1 - mean) / deviation
    if abs(low - black) < 0.01 and abs(high - white) < 0.01:
        return "standardised pixels: scaled back to 0 to 255", black, white - black
    if low >= 0 and high <= 1:
        said = "pixels from 0 to 1" if floats else "pixels 0 and 1"
        return f"{said}: scaled to 0 to 255", 0, 1
    if low >= -1.001 and high <= 1.001 and (floats or low == -1):
        return "pixels from -1 to 1: scaled to 0 to 255", -1, 2
    if low >= 0 and high <= 16 and max(size) <= 8:
        return "pixels from 0 to 16: scaled to 0 to 255", 0, 16
    if low >= 0 and high <= 255:
        return None
    if not floats and low >= -128 and high <= 127:
        return "pixels from -128 to 127: moved to 0 to 255", -128, 255
    if low >= 0 and 1024 < high <= 65535:
        return "pixels of 16 bits: scaled to 0 to 255", 0, 65535
    return f"pixels from {low:g} to {high:g}: scaled to 0 to 255", low, high - low


def fitted(
    pictures: Iterable[np.ndarray], count: int, clean: bool, remarks: Counter
) -> np.ndarray:
    """Return grey pictures of any size as ``uint8 (N, 28, 28)``.

    Each is padded to a square with its ground; a margin of few empty pixels, as of 32 x
    32, is cut off.
    """
    check_size((count, SIDE, SIDE))
    if clean:
        import_extra("cv2", "clean")
        from digitgan.data.sheet.clean import cleaned
    images, sizes = np.empty((count, SIDE, SIDE), np.uint8), Counter()
    for place, picture in enumerate(pictures):
        sizes[picture.shape] += 1
        if clean:
            images[place] = cleaned(picture)
        else:
            is_digit = picture.shape == (SIDE, SIDE)
            images[place] = picture if is_digit else _fit(picture)
    del sizes[SIDE, SIDE]
    if clean:
        remarks["cut, evened and centred as MNIST's digits are"] += count
    elif sizes:
        (height, width), n = sizes.most_common(1)[0]
        size = f"{width} x {height}" if n == sizes.total() else "several sizes"
        remarks[f"{size}: resized to {SIDE} x {SIDE}"] += sizes.total()
    return images


def _fit(picture: np.ndarray) -> np.ndarray:
    border = picture[[0, -1]].ravel(), picture[:, [0, -1]].ravel()
    ground = int(np.median(np.concatenate(border)))
    height, width = picture.shape
    if height == width and SIDE < height <= SIDE + 4:
        margin = (height - SIDE) // 2
        inner = slice(margin, margin + SIDE)
        rest = np.ones(picture.shape, bool)
        rest[inner, inner] = False
        if (np.abs(picture[rest].astype(int) - ground) <= MIN_CONTRAST).all():
            return picture[inner, inner]
    way = Image.Resampling.LANCZOS
    padded = ImageOps.pad(Image.fromarray(picture), (SIDE, SIDE), way, color=ground)
    return np.asarray(padded)


def light_ink(
    images: np.ndarray, exact: bool, remarks: Counter
) -> tuple[np.ndarray, np.ndarray]:
    """Return greys with light ink on dark ground, and which of them hold something."""
    kept = np.ptp(images.reshape(len(images), -1), axis=1) >= MIN_CONTRAST
    if exact or images.ndim == 4:
        return images, np.ones(len(images), bool)
    if len(images) and not kept.any():
        raise unreadable("holds blank pictures alone", "pictures that show something")
    light = is_light(images) & kept
    if inverted := int(light.sum()):
        images = images.copy()
        images[light] = 255 - images[light]
        others = "" if inverted == kept.sum() else ", the others not"
        remarks[f"dark on light{others}: inverted"] += inverted
    if not kept.all():
        remarks["blank: left out"] += int((~kept).sum())
    return images[kept], kept


def is_light(images: np.ndarray) -> np.ndarray:
    """Return for each of ``(N, H, W)`` whether its ground is lighter than its ink."""
    rows, columns = images[:, [0, -1]], images[:, :, [0, -1]]
    border = np.concatenate([a.reshape(len(images), -1) for a in (rows, columns)], 1)
    flat = images.reshape(len(images), -1)
    middle = (flat.min(1).astype(int) + flat.max(1)) / 2
    corners = images[:, [0, 0, -1, -1], [0, -1, 0, -1]] > middle[:, np.newaxis]
    share = (border > middle[:, np.newaxis]).mean(axis=1)
    return (share > 0.75) & (corners.sum(axis=1) >= 3)


TURNS: dict[str, Callable[[np.ndarray], np.ndarray]] = {  # that make them upright
    "": lambda x: x,
    "transposed": lambda x: x.swapaxes(1, 2),
    "lying on their side": lambda x: np.rot90(x, 1, (1, 2)),
    "lying on their other side": lambda x: np.rot90(x, 3, (1, 2)),
    "upside down": lambda x: x[:, ::-1, ::-1],
    "mirrored": lambda x: x[:, :, ::-1],
    "mirrored upside down": lambda x: x[:, ::-1],
    "transposed upside down": lambda x: x.swapaxes(1, 2)[:, ::-1, ::-1],
}


def turn_upright(
    images: np.ndarray, labels: np.ndarray | None, names: tuple[str, ...]
) -> str:
    """Return which of ``TURNS`` makes ``uint8 (N, 28, 28)`` upright, by what they show.

    Empty if they are upright, or if nobody can say: of labels whose names are no digits
    nothing is known.
    """
    digits = all(len(name) == 1 and name in "0123456789" for name in names)
    if labels is None or not digits or len(np.unique(labels)) < 2 or len(images) < 20:
        return ""
    chosen = np.linspace(0, len(images) - 1, min(len(images), EVIDENCE)).astype(int)
    shown = np.array([int(name) for name in names])[labels[chosen]]
    shares = {
        said: float((_nearest_means(turn(images[chosen])) == shown).mean())
        for said, turn in TURNS.items()
    }
    best = max(shares, key=lambda said: shares[said])
    return best if shares[best] >= max(0.5, shares[""] + 0.3) else ""


def _nearest_means(images: np.ndarray) -> np.ndarray:
    """Return the digit whose mean image is most like each of ``(N, 28, 28)``."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return (flat @ _means().T).argmax(axis=1)


@cache
def _means() -> np.ndarray:
    """Return MNIST's mean digits ``(10, 784)``, with mean 0 and length 1."""
    means = np.load(MEANS, allow_pickle=False).reshape(10, -1).astype(np.float32)
    means -= means.mean(axis=1, keepdims=True)
    return means / np.linalg.norm(means, axis=1, keepdims=True)
