"""Check a request and fill in its defaults: what is refused is refused here."""

from collections.abc import Sequence

from digitgan import limits
from digitgan.data.images import DIGIT_NAMES
from digitgan.datasets import pattern
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.like import read_examples
from digitgan.datasets.request import DatasetRequest
from digitgan.datasets.robust import ROBUST_VARIETY
from digitgan.datasets.spec import DatasetSpec, ModelFacts
from digitgan.datasets.texts import read_texts
from digitgan.errors import InputError, check_number, check_range, check_seed
from digitgan.handwriting.options import check_colour
from digitgan.sampling.model_loader import check_classes
from digitgan.sampling.styles import MAX_VARIETY

MAX_COUNT = 10**12
MAX_SHARD_SIZE = 10**6
RECORD_BYTES, LABEL_BYTES = 1024, 32  # of a shard in the manifest, at most
DEFAULT_LENGTH = (3, 8)  # digits of a number
MNIST_SHAPE = (28, 28)  # of digits that can be read, measured and written with
KINDS = {  # format and shard size unless given: samples that take some seconds
    "digits": ("idx", 4096),
    "numbers": ("png", 512),
    "scenes": ("coco", 128),
}


def resolve_spec(request: DatasetRequest, model: ModelFacts) -> DatasetSpec:
    """Return what a request means for a model."""
    if request.kind not in KINDS:
        raise InputError.unknown("kind", request.kind, KINDS)
    format, shard_size = KINDS[request.kind]
    format = format if request.format is None else request.format
    shard_size = shard_size if request.shard_size is None else request.shard_size
    _check_format(request, format, model.image_shape)
    _check_kind(request)
    check_range("count", request.count, 1, MAX_COUNT)
    check_seed(request.seed)
    usual_variety = ROBUST_VARIETY if request.robust else 1.0
    variety = usual_variety if request.variety is None else request.variety
    check_number("variety", variety, 0, MAX_VARIETY)
    check_range("shard_size", shard_size, 1, MAX_SHARD_SIZE)
    most = limits.MANIFEST // (RECORD_BYTES + LABEL_BYTES * len(model.classes))
    if request.count > most * shard_size:
        problem = f"makes more than {most:,} shards of {request.count:,} samples"
        allowed = f"{-(-request.count // most):,} or more"
        raise InputError("shard_size", shard_size, allowed, problem)
    _check_model(request, model)
    if request.pattern is not None:
        pattern.parse(request.pattern)
    free = request.pattern is None and request.texts is None
    wants_length = request.kind != "digits" and free
    colours = {name: getattr(request, name) for name in ("ink", "background")}
    resolved = {
        "format": format,
        "variety": variety,
        "split": _split(request.split, request.count),
        "labels": _labels(request.labels, len(model.classes)),
        "length": _length(request.length) if wants_length else None,
        "shard_size": shard_size,
        "classes": model.classes,
        "image_shape": model.image_shape,
        "model_sha256": model.sha256,
        "model": str(request.model),
        "like": None
        if request.like is None
        else read_examples(request.like, model.classes),
        "texts": None if request.texts is None else read_texts(request.texts),
        **{n: v if v is None else check_colour(n, v) for n, v in colours.items()},
    }
    return DatasetSpec(**vars(request) | resolved)


def check_spec(spec: DatasetSpec) -> DatasetSpec:
    """Return a spec that was stored if its own request leads to it again."""
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


def _check_format(
    request: DatasetRequest, name: str, image_shape: tuple[int, ...]
) -> None:
    if name not in FORMATS:
        raise InputError.unknown("format", name, FORMATS)
    kind = request.kind
    fitting = {n: f for n, f in sorted(FORMATS.items()) if kind in f.kinds}
    if name not in fitting:
        allowed, problem = f"{', '.join(fitting)} for kind {kind!r}", "does not hold"
        raise InputError("format", name, allowed, f"{problem} {kind}")
    if request.measure and not FORMATS[name].holds_metadata:
        allowed = ", ".join(n for n, f in fitting.items() if f.holds_metadata)
        raise InputError("format", name, allowed, "has no room for what measure finds")
    if len(image_shape) > 2 and not FORMATS[name].holds_colour:
        allowed = ", ".join(n for n, f in fitting.items() if f.holds_colour)
        problem = f"does not hold images of shape {image_shape}"
        raise InputError("format", name, allowed, problem)


def _check_kind(request: DatasetRequest) -> None:
    """Refuse options of another kind, and those that exclude one another."""
    kind = request.kind
    if kind == "digits":
        names = ("length", "pattern", "texts", "ink", "background")
        needed = "kind 'numbers' or 'scenes'"
        problem = "is for written numbers, not for single digits"
    else:
        names = ("like", "balance", "checked", "measure", "robust")
        needed = "kind 'digits'"
        problem = f"is for single digits, not for {kind}"
    for name in names:
        if getattr(request, name) not in (None, False):
            raise InputError(name, None, needed, problem)
    names = ("pattern", "texts", "length", "labels")
    first, *others = [n for n in names if getattr(request, n) is not None] or [""]
    if others and first in ("pattern", "texts"):
        problem = f"cannot go together with {others[0]}"
        raise InputError(first, getattr(request, first), problem=problem)
    if request.like is not None and (request.labels is not None or request.balance):
        other = "balance" if request.balance else "labels"
        raise InputError("like", None, problem=f"cannot go together with {other}")


def _check_model(request: DatasetRequest, model: ModelFacts) -> None:
    classes, shape = model.classes, model.image_shape
    needs_digits = request.checked or request.kind != "digits"
    problem = ""
    if not classes:
        problem = "cannot be asked for a digit"
        allowed = "one with labels, such as flagship"
    elif needs_digits and classes != DIGIT_NAMES:
        problem = f"writes {', '.join(classes)}"
        allowed = "one of the digits 0 to 9"
    elif (needs_digits or request.measure or request.robust) and shape != MNIST_SHAPE:
        problem, allowed = f"draws images of shape {shape}", f"one of {MNIST_SHAPE}"
    if problem:
        raise InputError("model", request.model, allowed, problem)


def _whole_numbers(value: str | Sequence[int], separator: str = ",") -> list[int]:
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
    shares = _whole_numbers(split)
    if len(shares) != 3 or sum(shares) not in (100, count):
        problem = f"adds up to {sum(shares):,}" if shares else ""
        allowed = (
            "three whole numbers for train, validation and test that add up to 100 "
            f"(percent) or to count ({count:,})"
        )
        raise InputError("split", split, allowed, problem)
    if sum(shares) != count:
        percent, shares = shares, [count * share // 100 for share in shares]
        # What rounding leaves over goes to the first part that has a share.
        first = next(i for i, share in enumerate(percent) if share)
        shares[first] += count - sum(shares)
    train, validation, test = shares
    return train, validation, test


def _labels(labels: str | Sequence[int] | None, size: int) -> tuple[int, ...]:
    if labels is None:
        return tuple(range(size))
    chosen = _whole_numbers(labels)
    if not chosen or max(chosen) >= size or len(set(chosen)) < len(chosen):
        allowed = f"different numbers from 0 to {size - 1}, such as 0,1,7"
        raise InputError("labels", labels, allowed)
    return tuple(chosen)


def _length(length: str | Sequence[int] | None) -> tuple[int, int]:
    if length is None:
        return DEFAULT_LENGTH
    ends = _whole_numbers(length, "-")
    low, high = (ends[0], ends[-1]) if len(ends) in (1, 2) else (0, 0)
    if not 1 <= low <= high <= pattern.MAX_CHARACTERS:
        allowed = f"fewest-most, such as 3-8, from 1 to {pattern.MAX_CHARACTERS} digits"
        problem = "is reversed" if low > high else ""
        raise InputError("length", length, allowed, problem)
    return low, high
