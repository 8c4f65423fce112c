"""What each path takes, as far as the model can be asked."""

from digitgan.handwriting.page import HEIGHTS, LINES
from digitgan.handwriting.write import REROLLS
from digitgan.sampling.sampler import Sampler
from digitgan.serving.parameters import HEIGHT, Parameter

MOST_DIGITS = 1_000  # in one answer
LONGEST = 200  # characters of a text in one answer
WIDEST = 10_000  # pixels
FRAMES, MOST_FRAMES = 24, 60  # of a film, one way
SEEDS = (0, 2**64 - 1)


def hand(model: Sampler) -> list[Parameter]:
    """Return what may be asked of a model's hand: seed, style and variety."""
    says = {
        "thickness": "Of the strokes, in pixels of a 28 x 28 digit.",
        "slant": "In degrees; positive leans right.",
    }
    examples = {"thickness": 3.5, "slant": 20}
    styles = [
        Parameter(name, "number", says[name], *limits, example=examples[name])
        for name, limits in model.limits.items()
    ]
    return [
        Parameter("seed", "whole", "Same seed, same hand.", *SEEDS, example=7),
        *styles,
        Parameter(
            "variety",
            "number",
            "From 0, the most usual form, to 1, as various as the model can.",
            *(0, 1),
            example=0.8,
        ),
    ]


def for_digits(model: Sampler) -> list[Parameter]:
    """Return what ``/v1/digits`` takes."""
    count = len(model.classes)
    labels = [
        Parameter(
            "labels",
            "wholes",
            "The digits to draw.",
            *(1, MOST_DIGITS),
            item=(0, count - 1),
            example=[2, 0, 2, 6],
        ),
        Parameter(
            "digit", "whole", "This one n times.", 0, max(0, count - 1), example=7
        ),
    ]
    return [
        *labels[: 2 if count else 0],
        Parameter(
            "n",
            "whole",
            "How many instead; 10 unless given.",
            1,
            MOST_DIGITS,
            example=10,
        ),
        *hand(model),
        Parameter("one_hand", "flag", "All in the same hand.", example=True),
    ]


def for_numbers(model: Sampler) -> list[Parameter]:
    """Return what ``/v1/numbers`` takes."""
    least, most = HEIGHTS
    pixels = [
        ("height", f"Of a digit, in pixels; {HEIGHT} unless given.", least, most, 80),
        ("width", "Of the picture, in pixels.", 1, WIDEST, 900),
        ("background", "Grey of the paper; 255 unless given.", 0, 255, 255),
        ("ink", "Grey of the ink; 0 unless given.", 0, 255, 0),
    ]
    return [
        Parameter(
            "text",
            "text",
            "Digits, spaces, line breaks and - . , : / + ( ).",
            *(1, LONGEST),
            example="12/05/2026",
        ),
        *hand(model),
        Parameter(
            "spacing",
            "wholes",
            "Least and most pixels between neighbours; below 0 they overlap.",
            *(2, 2),
            item=(-most // 2, most * 10),
            example=[0, 12],
        ),
        *(
            Parameter(name, "whole", says, low, high, example=example)
            for name, says, low, high, example in pixels
        ),
        Parameter("lines", "choice", "Under the text.", choices=LINES, example="ruled"),
        Parameter("noise", "number", "Of a scanner.", 0, 1, example=0.3),
        Parameter(
            "rerolls",
            "wholes",
            "How many times each character that is no space was written anew.",
            *(1, LONGEST),
            item=(0, REROLLS),
            example=[0] * 9 + [2],
        ),
        Parameter(
            "blend",
            "share",
            "Another seed, and how far on the way to its hand.",
            *SEEDS,
            example=[8, 0.5],
        ),
    ]


def for_walk(model: Sampler) -> list[Parameter]:
    """Return what ``/v1/numbers.gif`` takes."""
    says = f"Of the way there; {FRAMES} unless given."
    return [
        *(one for one in for_numbers(model) if one.name != "blend"),
        Parameter("toward", "whole", "The seed of the last hand.", *SEEDS, example=8),
        Parameter("frames", "whole", says, 2, MOST_FRAMES, example=12),
    ]
