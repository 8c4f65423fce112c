"""What Explore asks for: digits on a plane, and the real ones nearest to one."""

import json
from threading import Lock

import numpy as np

from digitgan.data.dataset import Dataset
from digitgan.data.download import Unavailable
from digitgan.data.image_grid import grid
from digitgan.data.load import load_cached
from digitgan.data.named_datasets import NAMED_DATASETS
from digitgan.measure.nearest_neighbours import distances, nearest
from digitgan.sampling.latent_torus import TURN, plane
from digitgan.sampling.sampler import Sampler
from digitgan.serving.encoders import link, sheet
from digitgan.serving.fields import hand
from digitgan.serving.parameters import Parameter
from digitgan.serving.problems import Problem

NEIGHBOURS = 5  # real digits shown beside one, unless asked otherwise
COMPARED = 300  # real digits whose own nearest ones say what is usual


def for_place(model: Sampler) -> list[Parameter]:
    """Return what says where on a plane a digit lies."""
    count = len(model.classes)
    label = Parameter("digit", "whole", "Which one.", 0, max(0, count - 1), example=3)
    steps = f"Steps {{}}; after {TURN} the plane comes round."
    return [
        *[label][: 1 if count else 0],
        Parameter("x", "whole", steps.format("right"), 0, TURN - 1, example=4),
        Parameter("y", "whole", steps.format("down"), 0, TURN - 1, example=2),
        *hand(model),
    ]


def for_plane(model: Sampler) -> list[Parameter]:
    """Return what ``/v1/plane`` takes."""
    says = f"Digits {{}}; {TURN}, the whole plane, unless given."
    sizes = [
        Parameter(name, "whole", says.format(way), 1, TURN, example=TURN)
        for name, way in (("columns", "across"), ("rows", "down"))
    ]
    return [*for_place(model), *sizes]


def for_nearest(model: Sampler) -> list[Parameter]:
    """Return what ``/v1/nearest`` takes."""
    says = f"How many; {NEIGHBOURS} unless given."
    return [*for_place(model), Parameter("n", "whole", says, 1, 50, example=5)]


def _recipe(model: Sampler, asked: dict, columns: int, rows: int):
    """Return the recipe of a piece of the plane, row after row."""
    rest = dict(asked)
    left, top = rest.pop("x", 0), rest.pop("y", 0)
    y, x = np.mgrid[top : top + rows, left : left + columns].reshape(2, -1)
    label = {"digit": rest.pop("digit", 0)} if model.classes else {}
    return plane(model, x, y, **label, **rest)


def on_plane(model: Sampler, form: str, asked: dict) -> bytes:
    """Draw a piece of the plane and return it in a form.

    Args:
        model: Who draws.
        form: An ending of :data:`digitgan.serving.encoders.MEDIA_TYPES`.
        asked: What ``/v1/plane`` takes.

    Raises:
        InputError: It cannot be drawn so.
    """
    rest = dict(asked)
    columns, rows = rest.pop("columns", TURN), rest.pop("rows", TURN)
    recipe = _recipe(model, rest, columns, rows)
    return sheet(form, model.draw(recipe), recipe.conditions, columns, 1)


class Training:
    """The training digits of a model, read when they are first asked for."""

    def __init__(self, model: Sampler):
        """Note whose they are.

        Args:
            model: Who learned from them.
        """
        self._about = model.description
        self._lock = Lock()
        self._dataset: Dataset | None = None
        self._usual: dict[int, dict[str, float]] = {}

    def nearest(self, model: Sampler, _: str, asked: dict) -> bytes:
        """Return the real digits nearest to one on the plane, as JSON.

        Args:
            model: Who draws it.
            asked: What ``/v1/nearest`` takes.

        Raises:
            InputError: The digit cannot be drawn so.
            Problem: 404, the training digits are not on this machine.
        """
        rest = dict(asked)
        count = rest.pop("n", NEIGHBOURS)
        drawn = model.draw(_recipe(model, rest, 1, 1))
        label = rest.get("digit", 0)
        with self._lock:
            real = self._alike(label)
            if label not in self._usual:
                self._usual[label] = _usual(real)
            usual = self._usual[label]
        apart = distances(drawn[0], real).round(1)
        near = np.argsort(apart, kind="stable")[:count].tolist()
        told = {
            "distance": float(apart[near[0]]),
            "typical": usual,
            "neighbours": [
                {"image": _seen(real[i]), "distance": float(apart[i])} for i in near
            ],
            "image": _seen(drawn[0]),
            "among": len(real),
            "source": self._dataset.source,
        }
        return (json.dumps(told, separators=(",", ":")) + "\n").encode()

    def _alike(self, label: int) -> np.ndarray:
        """Return the training digits of a label, or all where there are none."""
        self._dataset = self._dataset or self._read()
        train = self._dataset.train
        if not self._about["classes"]:
            return train.images
        return train.images[train.labels == label]

    def _read(self) -> Dataset:
        """Read them from the cache; nothing is fetched behind anyone's back."""
        title = (self._about.get("data") or "").partition(":")[0]
        names = [name for name, one in NAMED_DATASETS.items() if one.title == title]
        if not names:
            line = "the training digits of this model are not a named data set"
            raise Problem(404, line)
        try:
            dataset = load_cached(names[0])
        except Unavailable:
            line = f"{title} is not in the cache of this machine: fetch it once with "
            code = f"import digitgan; digitgan.load_dataset('{names[0]}')"
            line += f'python -c "{code}"'
            raise Problem(404, line) from None
        if dataset.sha256 != self._about.get("data_sha256"):
            raise Problem(404, f"{title} in the cache is not what this model learned")
        return dataset


def _usual(real: np.ndarray) -> dict[str, float]:
    """Say how far real digits lie from the nearest other one."""
    some = np.unique(np.linspace(0, len(real) - 1, COMPARED).astype(int))
    apart, _ = nearest(real[some], real, skip=some)
    quartiles = np.percentile(apart, [25, 50, 75]).round(1).tolist()
    return dict(zip(("low", "median", "high"), quartiles, strict=True))


def _seen(image: np.ndarray) -> str:
    return link(grid(image[np.newaxis], 1, 1))
