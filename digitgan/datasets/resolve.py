"""Check a request and fill in its defaults: what is refused is refused here."""

from collections.abc import Sequence
from typing import NamedTuple

from digitgan.datasets import pattern
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.request import DatasetRequest
from digitgan.datasets.spec import DatasetSpec, ModelFacts
from digitgan.errors import InputError
from digitgan.handwriting.options import DIGITS
from digitgan.sampling.model_loader import check_classes

MAX_COUNT = 10**12
MAX_SEED = 2**64 - 1
MAX_SHARD_SIZE = 10**6
DEFAULT_LENGTH = (3, 8)  # digits of a number
MNIST_SHAPE = (28, 28)  # of digits that can be read, measured and written with


class Defaults(NamedTuple):
    """What a request gets that does not say."""

    format: str
    shard_size: int  # samples that take some seconds


KINDS = {
    "digits": Defaults("idx", 4096),
    "numbers": Defaults("png", 512),
    "scenes": Defaults("coco", 128),
}


def resolve_spec(request: DatasetRequest, model: ModelFacts) -> DatasetSpec:
    """Return what a request means for a model.

    Raises:
        InputError: Something is out of range, or does not go together.
    """
    if request.kind not in KINDS:
        raise InputError.unknown("kind", request.kind, KINDS)
    usual = KINDS[request.kind]
    format = usual.format if request.format is None else request.format
    size = usual.shard_size if request.shard_size is None else request.shard_size
    _check_format(request, format)
    _check_kind(request)
    _check_range("count", request.count, 1, MAX_COUNT)
    _check_range("seed", request.seed, 0, MAX_SEED)
    _check_range("shard_size", size, 1, MAX_SHARD_SIZE)
    _check_model(request, format, model)
    if request.pattern is not None:
        pattern.parse(request.pattern)
    wants_length = request.kind != "digits" and request.pattern is None
    return DatasetSpec(
        kind=request.kind,
        format=format,
        count=request.count,
        seed=request.seed,
        split=_split(request.split, request.count),
        labels=_labels(request.labels, len(model.classes)),
        balance=request.balance,
        checked=request.checked,
        measure=request.measure,
        length=_length(request.length) if wants_length else None,
        pattern=request.pattern,
        shard_size=size,
        classes=model.classes,
        image_shape=model.image_shape,
        model_sha256=model.sha256,
        model=str(request.model),
    )


def check_spec(spec: DatasetSpec) -> DatasetSpec:
    """Return a spec that was stored if its own request leads to it again.

    Raises:
        ValueError: It does not.
    """
    check_classes(spec.classes)
    if not (len(spec.image_shape) in (2, 3) and all(n > 0 for n in spec.image_shape)):
        raise ValueError(f"image_shape is {spec.image_shape}")
    try:
        resolved = resolve_spec(spec.request, spec.model_facts)
    except InputError as error:  # nobody asked for this: the file is wrong
        raise ValueError(str(error)) from error
    if resolved != spec or "generator.onnx" not in spec.model_sha256:
        raise ValueError("its spec contradicts itself")
    return spec


def _check_format(request: DatasetRequest, name: str) -> None:
    """Refuse a format that is unknown, or cannot hold what is asked for."""
    if name not in FORMATS:
        raise InputError.unknown("format", name, FORMATS)
    kind = request.kind
    holding = sorted(f.name for f in FORMATS.values() if kind in f.kinds)
    if name not in holding:
        allowed = f"{', '.join(holding)} for kind {kind!r}"
        raise InputError("format", name, allowed, f"does not hold {kind}")
    if request.measure and not FORMATS[name].holds_metadata:
        allowed = ", ".join(f for f in holding if FORMATS[f].holds_metadata)
        raise InputError("format", name, allowed, "has no room for what measure finds")


def _check_kind(request: DatasetRequest) -> None:
    """Refuse options of another kind, and those that exclude one another."""
    kind, text = request.kind, request.pattern
    if kind == "digits":
        for name in ("length", "pattern"):
            if getattr(request, name) is not None:
                problem = "is for written numbers, not for single digits"
                raise InputError(name, None, "kind 'numbers' or 'scenes'", problem)
    else:
        for name in ("balance", "checked", "measure"):
            if getattr(request, name):
                problem = f"is for single digits, not for {kind}"
                raise InputError(name, None, "kind 'digits'", problem)
    for name in ("length", "labels"):
        if text is not None and getattr(request, name) is not None:
            raise InputError("pattern", text, problem=f"cannot go together with {name}")


def _check_model(request: DatasetRequest, format: str, model: ModelFacts) -> None:
    """Refuse a model without labels, or with others than are needed."""
    classes, shape = model.classes, model.image_shape
    if not classes:
        problem = "cannot be asked for a digit"
        allowed = "one with labels, such as flagship"
        raise InputError("model", request.model, allowed, problem)
    if len(shape) > 2 and not FORMATS[format].holds_colour:
        allowed = ", ".join(f.name for f in FORMATS.values() if f.holds_colour)
        problem = f"does not hold images of shape {shape}"
        raise InputError("format", format, allowed, problem)
    needs_digits = request.checked or request.kind != "digits"
    if needs_digits and classes != DIGITS:
        problem = f"writes {', '.join(classes)}"
        raise InputError("model", request.model, "one of the digits 0 to 9", problem)
    if (needs_digits or request.measure) and shape != MNIST_SHAPE:
        problem = f"draws images of shape {shape}"
        raise InputError("model", request.model, f"one of {MNIST_SHAPE}", problem)


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not (isinstance(value, int) and low <= value <= high):
        raise InputError(name, value, f"{low:,} to {high:,}")


def _whole_numbers(value: str | Sequence[int], separator: str) -> list[int]:
    """Return the whole numbers of ``1,2`` or of a sequence; none for anything else."""
    try:
        items = value.split(separator) if isinstance(value, str) else list(value)
        numbers = [int(item) for item in items]
    except (TypeError, ValueError):
        return []
    exact = isinstance(value, str) or numbers == items
    return numbers if exact and min(numbers, default=-1) >= 0 else []


def _split(split: str | Sequence[int], count: int) -> tuple[int, int, int]:
    """Return the samples of each part, of shares in percent or of counts."""
    shares = _whole_numbers(split, ",")
    if len(shares) != 3 or sum(shares) not in (100, count):
        problem = f"adds up to {sum(shares):,}" if shares else ""
        allowed = (
            "three whole numbers for train, validation and test that add up to 100 "
            f"(percent) or to count ({count:,})"
        )
        raise InputError("split", split, allowed, problem)
    train, validation, test = shares
    if sum(shares) == count:
        return train, validation, test
    # What rounding leaves over goes to the first part that has a share.
    validation, test = count * validation // 100, count * test // 100
    if train:
        return count - validation - test, validation, test
    if shares[1]:
        return 0, count - test, test
    return 0, 0, count


def _labels(labels: str | Sequence[int] | None, size: int) -> tuple[int, ...]:
    if labels is None:
        return tuple(range(size))
    chosen = _whole_numbers(labels, ",")
    if not chosen or max(chosen) >= size or len(set(chosen)) < len(chosen):
        allowed = f"different numbers from 0 to {size - 1}, such as 0,1,7"
        raise InputError("labels", labels, allowed)
    return tuple(chosen)


def _length(length: str | Sequence[int] | None) -> tuple[int, int]:
    """Return the fewest and the most digits of a number."""
    if length is None:
        return DEFAULT_LENGTH
    ends = _whole_numbers(length, "-")
    low, high = (ends[0], ends[-1]) if len(ends) in (1, 2) else (0, 0)
    if not 1 <= low <= high <= pattern.MAX_CHARACTERS:
        allowed = f"fewest-most, such as 3-8, from 1 to {pattern.MAX_CHARACTERS} digits"
        problem = "is reversed" if low > high else ""
        raise InputError("length", length, allowed, problem)
    return low, high
