"""Draw digits from a model folder, by ONNX Runtime alone."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from digitgan.cpu import available_cores
from digitgan.data.html import img
from digitgan.data.image_grid import grid
from digitgan.errors import InputError, check_number, check_seed
from digitgan.hub import MODEL_FILES
from digitgan.random_streams import draw_latents, draw_uniforms, random_seed
from digitgan.sampling.generator_inputs import GeneratorInputs
from digitgan.sampling.model_hub import publish
from digitgan.sampling.model_loader import LoadedModel
from digitgan.sampling.styles import MAX_VARIETY, STYLE_UNITS, UNIFORMS

BATCH_PIXELS = 64 * 28 * 28  # in one call of the network
MAX_DIGITS = 10_000_000  # in one call: 8 GB
SHOWN = 50  # digits, in a notebook


@dataclass(eq=False, repr=False)
class Sampler(LoadedModel):
    """A trained generator that samples digits.

    Attributes:
        name: What :func:`digitgan.load` was given.
        threads: Of the processor, to draw with; 0 for one a core.
    """

    name: str = ""
    threads: int = 0

    def __repr__(self) -> str:
        """Say which model it is and what it can be asked for."""
        asked = ["digit"] * bool(self.classes) + list(self.limits)
        preset = self.description.get("preset", "?")
        return f"{type(self).__name__}({self.name!r}, {preset}: {', '.join(asked)})"

    def _repr_html_(self) -> str:
        """Show some samples, and what can be asked for, in a notebook."""
        asked = [f"digit: {' '.join(self.classes)}"] * bool(self.classes)
        asked += [
            f"{name}: {low:g} to {high:g} {STYLE_UNITS[name]}"
            for name, (low, high) in self.limits.items()
        ]
        lines = map(escape, [repr(self), *asked])
        sheet = grid(self.sample(n=SHOWN), ink=self.image.is_ink)
        return f"{'<br>'.join(lines)}<br>{img(sheet, 'samples')}"

    def save(self, folder: str | PathLike[str]) -> Path:
        """Copy the files of the model into a folder, which is made; return it."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in MODEL_FILES:
            if (self.folder / name).is_file():
                shutil.copy(self.folder / name, folder)
        return folder

    def push_to_hub(self, repo: str) -> str:
        """Publish the model on the Hugging Face hub; return its address there.

        Args:
            repo: ``user/name``; made, unless it is there.

        Raises:
            InputError: The name is none, or there is no token.
            ExportFailed: The hub refused.
            OSError: The hub cannot be reached.
        """
        return publish(self, repo)

    def sample(  # noqa: PLR0913 - each decides what is drawn
        self,
        labels: ArrayLike | None = None,
        *,
        n: int | None = None,
        digit: int | str | None = None,
        seed: int | None = 0,
        thickness: ArrayLike | None = None,
        slant: ArrayLike | None = None,
        variety: float = 1.0,
        one_hand: bool = False,
    ) -> np.ndarray:
        """Draw digits; digit i of a seed is the same however many are drawn.

        Args:
            labels: The digits to draw, ``int (n,)``.
            n: How many instead, each label in turn, or ``digit`` every time.
            digit: The one label to draw n times, or the name of its class; once
                unless n is given.
            seed: From 0 to 2**64 - 1; None for a random one, which the log says.
            thickness: Stroke width in pixels, one or ``(n,)``; as real digits have
                unless given. The definitions are those of
                :mod:`digitgan.measure.morphometry`.
            slant: In degrees, positive leaning right, one or ``(n,)``; likewise.
            variety: From 0, the most usual form of each digit, to 1, as various as real
                ones (truncation: latents and drawn styles are scaled), and up to 1.5,
                odder than those, of which a reader learns more and misreads more.
            one_hand: Draw all of them with the same latent and, for their labels, the
                same style.

        Returns:
            ``uint8 (n, 28, 28)``, 0 background to 255 ink; of a model of triplets ``(n,
            28, 28, 3)``.

        Raises:
            InputError: An argument is out of range, or the model does not take it.
        """
        inputs = self.generator_inputs(
            self.labels(labels, n, digit),
            seed=random_seed() if seed is None else seed,
            thickness=thickness,
            slant=slant,
            variety=variety,
            one_hand=one_hand,
        )
        return self.draw(inputs)

    def labels(
        self,
        labels: ArrayLike | None = None,
        n: int | None = None,
        digit: int | str | None = None,
    ) -> np.ndarray | int:
        """Return what :meth:`sample` draws: labels, or how many of a model without."""
        if labels is not None:
            if n is not None or digit is not None:
                allowed = "no n and no digit beside them"
                raise InputError("labels", None, allowed, "is given")
            return self._checked_labels(labels)
        n = 1 if n is None and digit is not None else n
        if n is None or not 1 <= n <= MAX_DIGITS:
            raise InputError("n", n, f"1 to {MAX_DIGITS:,}")
        if digit is not None:
            return np.full(n, self._label_of(digit), np.int32)
        if not self.classes:
            return n
        return np.arange(n, dtype=np.int32) % len(self.classes)

    def generator_inputs(  # noqa: PLR0913 - each decides what is drawn
        self,
        labels: np.ndarray | int,
        *,
        seed: int = 0,
        start: int = 0,
        thickness: ArrayLike | None = None,
        slant: ArrayLike | None = None,
        variety: float = 1.0,
        one_hand: bool = False,
    ) -> GeneratorInputs:
        """Decide everything about digits ``start`` to ``start + n`` of a seed.

        Labels are ``int (n,)``, or n alone for a model without; the rest is as for
        :meth:`sample`.
        """
        check_seed(seed)
        check_number("variety", variety, 0, MAX_VARIETY)
        n = len(labels) if isinstance(labels, np.ndarray) else labels
        latents = draw_latents(1 if one_hand else n, self.latent_dim, seed, start)
        uniforms = draw_uniforms(n, UNIFORMS, seed, start)
        conditions: dict[str, np.ndarray] = {}
        if isinstance(labels, np.ndarray):
            conditions["label"] = labels
            if self.styles:
                conditions |= self.styles.draw(labels, uniforms, variety, one_hand)
        for name, value in (("thickness", thickness), ("slant", slant)):
            if value is not None:
                conditions[name] = self.checked_style(name, value, n)
        latents = np.broadcast_to(np.float32(variety) * latents, (n, self.latent_dim))
        return GeneratorInputs(latents, conditions)

    def draw(self, inputs: GeneratorInputs) -> np.ndarray:
        """Run the generator; return images as :meth:`sample` does."""
        arrays = self.network_inputs(inputs)
        batch_size = max(1, BATCH_PIXELS // (self.image.height * self.image.width))

        def draw_batch(start: int) -> np.ndarray:
            batch = {k: v[start : start + batch_size] for k, v in arrays.items()}
            return np.asarray(self.session.run(None, batch)[0])

        starts = range(0, len(inputs.latents), batch_size)
        if not starts:
            return np.zeros((0, *self.image.shape), np.uint8)
        if len(starts) == 1 or self.threads == 1:
            return np.concatenate([draw_batch(start) for start in starts])
        threads = min(self.threads or available_cores(), len(starts))
        with ThreadPoolExecutor(threads) as pool:  # a session runs in one thread
            return np.concatenate(list(pool.map(draw_batch, starts)))

    def network_inputs(self, inputs: GeneratorInputs) -> dict[str, np.ndarray]:
        """Return what the network reads, by name: z alone where z chooses the label."""
        latents, conditions = inputs.latents, dict(inputs.conditions)
        if self.latent_label and (labels := conditions.pop("label", None)) is not None:
            latents = self.latent_label.choose(latents, labels)
        return {"latents": latents, **conditions}

    def _label_of(self, digit: int | str) -> int:
        """Return the label of a class; upper and lower case are alike if none is so."""
        if not self.classes:
            problem = "is given to a model without labels"
            raise InputError("digit", digit, problem=problem)
        if not isinstance(digit, str):
            if not 0 <= digit < len(self.classes):
                raise InputError("digit", digit, f"0 to {len(self.classes) - 1}")
            return digit
        if digit in self.classes:
            return self.classes.index(digit)
        lower = [name.lower() for name in self.classes]
        if lower.count(digit.lower()) != 1:
            raise InputError.unknown("digit", digit, self.classes)
        return lower.index(digit.lower())

    def _checked_labels(self, labels: ArrayLike) -> np.ndarray:
        """Return labels that can be asked for, ``int32 (n,)``."""
        size, array = len(self.classes), np.asarray(labels)
        if not size:
            problem = "is given to a model without labels"
            raise InputError("labels", labels, problem=problem)
        integers = array.ndim == 1 and array.dtype.kind in "iu" and len(array)
        if not integers or array.min() < 0 or array.max() >= size:
            allowed = f"integers (n,) from 0 to {size - 1}"
            raise InputError("labels", labels, allowed)
        return array.astype(np.int32)

    def checked_style(self, name: str, value: ArrayLike, n: int) -> np.ndarray:
        """Return a style that can be asked for, ``float32 (n,)``."""
        if name not in self.limits:
            raise InputError(name, value, problem="is given to a model without styles")
        low, high = self.limits[name]
        with np.errstate(over="ignore"):  # infinite is outside, too
            array = np.asarray(value, dtype=np.float32)
        if array.shape not in ((), (n,)):
            problem = f"has shape {array.shape}"
            raise InputError(name, value, f"one number or ({n},)", problem)
        outside = array[~((low <= array) & (array <= high))]
        if outside.size:
            allowed = f"{low:g} to {high:g} {STYLE_UNITS[name]}"
            raise InputError(name, float(f"{outside.flat[0]:g}"), allowed)
        return np.broadcast_to(array, (n,))
