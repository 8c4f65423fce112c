"""What a data set shall be, checked once, and the shards that it falls into."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from inspect import getfullargspec

from digitgan.datasets import texts
from digitgan.errors import InputError, unknown_name

FORMATS = {  # name: the kinds that it holds
    "idx": ("digits",),
    "npz": ("digits",),
    "png": ("digits", "numbers", "scenes"),
    "parquet": ("digits", "numbers", "scenes"),
    "webdataset": ("digits", "numbers", "scenes"),
    "lmdb": ("digits", "numbers"),
    "coco": ("scenes", "numbers"),
    "yolo": ("scenes", "numbers"),
}
DEFAULT_FORMAT = {"digits": "idx", "numbers": "png", "scenes": "coco"}
SHARD = {"digits": 4096, "numbers": 512, "scenes": 128}  # samples, some seconds each
PARTS = ("train", "validation", "test")
BARE = ("idx", "npz")  # formats that hold images and labels, no more
FILES = ("generator.onnx", "styles.npz")  # of the model: what decides a digit
MOST = 10**12


@dataclass(frozen=True)
class Shard:
    """A run of samples that is made, kept and checked together.

    Attributes:
        index: Its number in the data set.
        part: ``train``, ``validation`` or ``test``.
        place: Its number in its part, from 0.
        places: How many shards its part has.
        start: Number of its first sample in the data set.
        offset: Number of its first sample in its part.
        count: How many samples.
    """

    index: int
    part: str
    place: int
    places: int
    start: int
    offset: int
    count: int

    @property
    def name(self) -> str:
        """The usual name, such as ``train-00003-of-00012``."""
        return f"{self.part}-{self.place:05}-of-{self.places:05}"

    @property
    def numbers(self) -> range:
        """The numbers of its samples."""
        return range(self.start, self.start + self.count)


@dataclass(frozen=True)
class Spec:
    """Everything that decides the bytes of a data set; :func:`plan` makes one.

    Attributes:
        kind: ``digits``, ``numbers`` or ``scenes``.
        format: One of :data:`FORMATS`.
        count: Samples in all parts together.
        seed: From 0 to 2**64 - 1.
        split: Samples in train, validation and test.
        labels: The digits that may occur.
        balance: Each label as often as the others in each part, to within one.
        checked: Digits that the judge misreads are dropped and drawn again.
        measure: Each digit carries its measured morphometry.
        length: Fewest and most digits of a number.
        pattern: What numbers look like instead, see :mod:`digitgan.datasets.texts`.
        shard_size: Samples in a shard; the last one of a part may hold fewer.
        classes: Names of the model's labels.
        model_sha256: Of each file that the samples depend on.
        model: Where the model was found; another place with the same sums will do.
    """

    kind: str
    format: str
    count: int
    seed: int
    split: tuple[int, int, int]
    labels: tuple[int, ...]
    balance: bool
    checked: bool
    measure: bool
    length: tuple[int, int] | None
    pattern: str | None
    shard_size: int
    classes: tuple[str, ...]
    model_sha256: dict[str, str]
    model: str = field(compare=False)

    @property
    def parts(self) -> dict[str, int]:
        """Samples by part; only parts that hold some."""
        return {p: n for p, n in zip(PARTS, self.split, strict=True) if n}

    def places(self, part: str) -> int:
        """Return how many shards a part has."""
        return -(-self.parts[part] // self.shard_size)

    def shards(self) -> Iterator[Shard]:
        """Yield every shard, in order."""
        return (self.shard(i) for i in range(sum(map(self.places, self.parts))))

    def shard(self, index: int) -> Shard:
        """Return one shard by its index, from 0."""
        place, start = index, 0
        for part, total in self.parts.items():
            places = self.places(part)
            if place < places:
                offset = place * self.shard_size
                count = min(self.shard_size, total - offset)
                return Shard(index, part, place, places, start + offset, offset, count)
            place, start = place - places, start + total
        raise IndexError(index)

    def to_dict(self) -> dict:
        """Return it as JSON holds it."""
        return asdict(self)


def plan(  # noqa: PLR0913 - each decides what the data set holds
    sampler,
    model: str,
    *,
    kind: str,
    count: int,
    format: str | None,
    seed: int,
    split: str | Sequence[int],
    labels: str | Sequence[int] | None,
    balance: bool,
    checked: bool,
    measure: bool,
    length: str | Sequence[int] | None,
    pattern: str | None,
    shard_size: int | None,
) -> Spec:
    """Check a wish for digits of a sampler, opened from ``model``; fill in the rest.

    The words are those of :func:`digitgan.datasets.make.make_dataset`.

    Raises:
        InputError: Something is out of range, or does not go together.
    """
    if kind not in DEFAULT_FORMAT:
        raise unknown_name("kind", str(kind), DEFAULT_FORMAT)
    format = DEFAULT_FORMAT[kind] if format is None else format
    if format not in FORMATS:
        raise unknown_name("format", str(format), FORMATS)
    _check_pair(kind, format, measure, balance or checked, length or pattern)
    _check_range("count", count, 1, MOST)
    _check_range("seed", seed, 0, 2**64 - 1)
    shard_size = SHARD[kind] if shard_size is None else shard_size
    _check_range("shard_size", shard_size, 1, 10**6)
    _check_classes(model, sampler.classes, checked or kind != "digits")
    if pattern is not None:
        if length is not None or labels is not None:
            raise InputError(
                f"pattern {pattern!r} cannot go together with length or labels"
            )
        texts.parse(pattern)
    sums = sampler.description["sha256"]
    return Spec(
        kind=kind,
        format=format,
        count=count,
        seed=seed,
        split=_split(split, count),
        labels=_labels(labels, len(sampler.classes)),
        balance=balance,
        checked=checked,
        measure=measure,
        length=_length(length) if kind != "digits" and pattern is None else None,
        pattern=pattern,
        shard_size=shard_size,
        classes=sampler.classes,
        model_sha256={name: sums[name] for name in FILES if name in sums},
        model=model,
    )


WISH = tuple(getfullargspec(plan).kwonlyargs)  # what decides the bytes


def _check_pair(kind: str, format: str, measure: bool, picky, worded) -> None:
    """Refuse wishes that the kind or the format cannot meet."""
    if kind not in FORMATS[format]:
        holding = sorted(name for name, kinds in FORMATS.items() if kind in kinds)
        raise InputError(
            f"format {format!r} does not hold {kind}: allowed for kind {kind!r} are "
            f"{', '.join(holding)}"
        )
    if kind != "digits" and (picky or measure):
        raise InputError(
            f"balance, checked and measure are for single digits, not for {kind}: "
            "allowed with them is kind 'digits'"
        )
    if kind == "digits" and worded:
        raise InputError(
            "length and pattern are for written numbers, not for single digits: "
            "allowed with them are kind 'numbers' and kind 'scenes'"
        )
    if measure and format in BARE:
        rest = sorted(f for f, k in FORMATS.items() if kind in k and f not in BARE)
        raise InputError(
            f"format {format!r} has no room for what measure finds: "
            f"allowed are {', '.join(rest)}"
        )


def _check_classes(model: str, classes: tuple[str, ...], digits: bool) -> None:
    """Refuse a model that has no labels, or others than the digits that are needed."""
    if not classes:
        raise InputError(
            f"model {model!r} cannot be asked for a digit: "
            "data sets need a model with labels, such as flagship"
        )
    if digits and classes != tuple("0123456789"):
        raise InputError(
            f"model {model!r} writes {', '.join(classes)}: "
            "allowed here are models of the digits 0 to 9"
        )


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not (isinstance(value, int) and low <= value <= high):
        raise InputError(f"{name} is {value!r}: allowed is {low:,} to {high:,}")


def _whole_numbers(value, between: str) -> list[int] | None:
    """Return the whole numbers of ``1,2`` or of a sequence; None for anything else."""
    try:
        items = value.split(between) if isinstance(value, str) else list(value)
        numbers = [int(item) for item in items]
    except (TypeError, ValueError):
        return None
    same = isinstance(value, str) or numbers == items
    return numbers if same and all(n >= 0 for n in numbers) else None


def _split(split, count: int) -> tuple[int, int, int]:
    """Return the samples of each part, of shares in percent or of counts."""
    shares = _whole_numbers(split, ",")
    if not shares or len(shares) != 3 or sum(shares) not in (100, count):
        total = f", which add up to {sum(shares):,}" if shares else ""
        raise InputError(
            f"split is {split!r}{total}: allowed are three whole numbers for train, "
            f"validation and test that add up to 100 (percent) or to count ({count:,})"
        )
    if sum(shares) == count:
        return tuple(shares)
    validation, test = (count * share // 100 for share in shares[1:])
    if not shares[0]:  # what rounding leaves goes to the first part that has a share
        validation = count - test if shares[1] else 0
        return 0, validation, count - validation
    return count - validation - test, validation, test


def _labels(labels, size: int) -> tuple[int, ...]:
    if labels is None:
        return tuple(range(size))
    asked = _whole_numbers(labels, ",")
    if not asked or max(asked) >= size or len(set(asked)) < len(asked):
        raise InputError(
            f"labels are {labels!r}: allowed are different numbers from 0 to "
            f"{size - 1}, such as 0,1,7"
        )
    return tuple(asked)


def _length(length) -> tuple[int, int]:
    """Return the fewest and the most digits of a number."""
    if length is None:
        return texts.USUAL
    ends = _whole_numbers(length, "-")
    if ends and len(ends) == 1:
        ends *= 2
    if not ends or len(ends) != 2 or not 1 <= ends[0] <= ends[1] <= texts.LONGEST:
        turned = ends and len(ends) == 2 and ends[0] > ends[1]
        raise InputError(
            f"length is {length!r}{', which is reversed' if turned else ''}: allowed "
            f"is fewest-most, such as 3-8, from 1 to {texts.LONGEST} digits"
        )
    return tuple(ends)
