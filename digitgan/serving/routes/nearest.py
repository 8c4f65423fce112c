"""``/v1/nearest``: the real training digits nearest to one on the plane."""

from threading import Lock
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from digitgan.data.dataset import Dataset
from digitgan.data.download import Unavailable
from digitgan.data.html import data_uri
from digitgan.data.image_grid import grid
from digitgan.data.load import load_cached
from digitgan.data.named_datasets import NAMED_DATASETS
from digitgan.handwriting.model import Model
from digitgan.measure.nearest_neighbours import distances, nearest
from digitgan.serving.drawing import Drawing, add_drawing, one_by_one
from digitgan.serving.encoders import png
from digitgan.serving.problems import Problem
from digitgan.serving.request_models import optional
from digitgan.serving.responses import json_bytes
from digitgan.serving.routes import AppState
from digitgan.serving.routes.latent_torus import Place, inputs_on_plane

DEFAULT_NEIGHBOURS, MAX_NEIGHBOURS = 5, 50
SAMPLED = 300  # real digits whose own nearest ones say what is typical

Picture = Annotated[str, Field(description="The PNG as a data: URL.")]


class Typical(TypedDict):
    """Quartiles of how far real digits lie from the nearest other one."""

    low: float
    median: float
    high: float


class Neighbour(TypedDict):
    """A real digit."""

    image: Picture
    distance: float


class Nearest(TypedDict):
    """The real digits nearest to one."""

    distance: float
    typical: Typical
    neighbours: list[Neighbour]
    image: Picture
    among: int
    source: str


class Neighbours(Place):
    """The neighbours of a digit on a plane."""

    n: int | None = optional("How many; 5 unless given.", 5, ge=1, le=MAX_NEIGHBOURS)


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add ``/v1/nearest``."""
    drawing = Drawing(
        path="/v1/nearest",
        fields=Neighbours,
        draw=one_by_one(TrainingDigits(state.model).nearest),
        summary="Find the real training digits nearest to one on the plane",
        here=True,
        media_types={"json": "application/json"},
        json_answer=Nearest,
    )
    add_drawing(api, state, drawing)


class TrainingDigits:
    """The training digits of a model, read when they are first asked for."""

    def __init__(self, model: Model):
        self._description = model.description
        self._lock = Lock()
        self._dataset: Dataset | None = None
        self._typical: dict[int, Typical] = {}

    def nearest(self, model: Model, _: str, given: dict[str, Any]) -> bytes:
        """Return the real digits nearest to one on the plane, as JSON."""
        count = given.pop("n", DEFAULT_NEIGHBOURS)
        drawn = model.draw(inputs_on_plane(model, given))[0]
        label = given.get("digit", 0)
        with self._lock:
            dataset = self._dataset = self._dataset or self._read()
            real = dataset.train.images
            if self._description["classes"]:
                real = real[dataset.train.labels == label]
            if label not in self._typical:
                self._typical[label] = _typical(real)
        apart = distances(drawn, real).astype(float).round(1)
        order = np.argsort(apart, kind="stable")[:count].tolist()
        answer: Nearest = {
            "distance": float(apart[order[0]]),
            "typical": self._typical[label],
            "neighbours": [
                {"image": _picture(real[i]), "distance": float(apart[i])} for i in order
            ],
            "image": _picture(drawn),
            "among": len(real),
            "source": dataset.source,
        }
        return json_bytes(answer)

    def _read(self) -> Dataset:
        """Read them from the cache; nothing is fetched behind anyone's back."""
        title = (self._description.get("data") or "").partition(":")[0]
        names = [name for name, one in NAMED_DATASETS.items() if one.title == title]
        if not names:
            line = "the training digits of this model are not a named data set"
            raise Problem(404, line)
        try:
            dataset = load_cached(names[0])
        except Unavailable:
            line = f"{title} is not in the cache of this machine: fetch it once with "
            code = f"import digitgan; digitgan.load_dataset('{names[0]}')"
            raise Problem(404, f'{line}python -c "{code}"') from None
        if dataset.sha256 != self._description.get("data_sha256"):
            raise Problem(404, f"{title} in the cache is not what this model learned")
        return dataset


def _typical(real: np.ndarray) -> Typical:
    sample = np.unique(np.linspace(0, len(real) - 1, SAMPLED).astype(int))
    apart, _ = nearest(real[sample], real, skip=sample)
    low, median, high = np.percentile(apart, [25, 50, 75]).round(1).tolist()
    return {"low": low, "median": median, "high": high}


def _picture(image: np.ndarray) -> str:
    return data_uri(png(grid(image[np.newaxis], 1, 1)))
