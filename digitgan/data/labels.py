"""Labels as people store them become whole numbers and the names of classes."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from digitgan.data.checks import MAX_CLASSES, unreadable

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGIT = re.compile(  # as folders and columns name it: 07, digit_7, class=7, 7_seven
    r"(?:(?:digit|class|label|number|num)[\s_=.-]*)?"
    rf"(?:0*(\d{{1,9}})[\s_.-]*)?({'|'.join(WORDS)})?",
    re.I,
)


def normalize_labels(
    labels: Any, classes: tuple[str, ...] = ()
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Return labels as ``int (N,)`` and the name of each from 0.

    They may be integers, whole floats, ``(N, 1)``, one-hot, or texts: digits, words for
    digits, names. None, or all -1 as in Hugging Face's test parts: there are none.
    """
    if labels is None:
        return None, ()
    values, classes = np.asarray(labels), tuple(map(digit_name, classes))
    if values.ndim == 2 and 1 in values.shape:
        values = values.ravel()
    if values.ndim == 2 and is_one_hot(values):
        values = values.argmax(axis=1)
    if values.ndim != 1:
        raise unreadable(f"holds labels of shape {values.shape}", "N, N x 1 or one-hot")
    if values.dtype.kind in "OSU":
        return _of_texts([_text(v) for v in values.tolist()], classes)
    if values.dtype.kind not in "biuf" or not (
        np.isfinite(values).all() and (values == np.floor(values)).all()
    ):
        problem = f"holds labels as {values.dtype}"
        raise unreadable(problem, "whole numbers, texts or one-hot")
    if not len(values) or (values == -1).all():
        return None, ()
    if values.min() < 0 or values.max() >= MAX_CLASSES:
        problem = f"holds labels from {values.min()} to {values.max()}"
        raise unreadable(problem, f"0 to {MAX_CLASSES - 1}")
    if classes and values.max() >= len(classes):
        raise unreadable(
            f"names {len(classes)} classes (in classes.txt, or where its layout does)",
            f"one name, each another, for every label from 0 to {values.max():g}",
        )
    names = classes or tuple(map(str, range(int(values.max()) + 1)))
    return values.astype(np.int64), names


def is_one_hot(values: np.ndarray) -> bool:
    """Return whether every row of ``(N, K)`` is zeros and a single one."""
    return bool(
        values.dtype.kind in "biuf"
        and ((values == 0) | (values == 1)).all()
        and (values.sum(axis=1) == 1).all()
    )


def _text(value: Any) -> str:
    """Return one label as a text: 5, 5.0, b'5' and "five" are all "5"."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    text = text.strip().strip("\"'")
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


def _of_texts(
    texts: list[str], classes: tuple[str, ...]
) -> tuple[np.ndarray, tuple[str, ...]]:
    names = classes if set(texts) <= set(classes) else class_order(texts)
    if len(names) > MAX_CLASSES:
        problem = f"holds {len(names):,} different labels"
        raise unreadable(problem, f"up to {MAX_CLASSES} classes")
    written = {digit_name(name): place for place, name in enumerate(names)}
    places = np.array([written[digit_name(text)] for text in texts], np.int64)
    return places, tuple(map(digit_name, names))


def class_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return names once each: numbers by value, then others by letter."""

    def key(name: str) -> tuple[bool, int, str]:
        digit = digit_name(name)
        number = digit.isascii() and digit.isdecimal() and len(digit) < 10
        return (not number, int(digit) if number else 0, digit)

    return tuple(sorted(set(map(digit_name, names)), key=key))


def digit_name(name: str) -> str:
    """Return "7" for "seven", "07", "digit_7", "7_seven"; other names as they are."""
    number, word = match.groups() if (match := DIGIT.fullmatch(name)) else (None, None)
    word = word and str(WORDS.index(word.lower()))
    known = {shown for shown in (number, word) if shown}
    return known.pop() if len(known) == 1 else name


def dense(
    parts: dict[str, np.ndarray | None], names: tuple[str, ...]
) -> tuple[dict[str, np.ndarray | None], tuple[str, ...]]:
    """Leave out classes that nothing is labelled with, and count the others anew."""
    given = [labels for labels in parts.values() if labels is not None and len(labels)]
    if not given:
        return dict.fromkeys(parts), ()
    present = np.unique(np.concatenate(given))
    renumbered = {
        name: None if one is None else np.searchsorted(present, one).astype(np.int32)
        for name, one in parts.items()
    }
    return renumbered, tuple(names[place] for place in present)
