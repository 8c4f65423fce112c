"""Draw digits from a model folder, by ONNX Runtime alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from digitgan.cpu import available_cores
from digitgan.errors import InputError, unknown_name
from digitgan.random_streams import draw_latents
from digitgan.sampling.generator_inputs import GeneratorInputs
from digitgan.sampling.model_loader import open_model
from digitgan.sampling.styles import UNITS

BLOCK = 64  # digits in one call of the network
MOST = 10_000_000  # digits in one call: 8 GB


class Sampler:
    """A trained generator.

    Attributes:
        name: What :func:`digitgan.load` was asked for.
        folder: Where its files are.
        description: What ``model.json`` says.
        classes: The names of the labels that can be asked for; empty where none can.
        image: Size and kind of what it draws.
        limits: Lowest and highest value of each style that can be asked for, by name;
            empty where none can.
    """

    def __init__(self, folder: str | Path, threads: int = 0, name: str = ""):
        """Open a model folder, or a run folder that holds one."""
        model = open_model(folder)
        self.name = name or str(folder)
        self.folder = model.folder
        self.description, self.styles = model.description, model.styles
        self.classes = model.card.classes if "label" in model.card.conditions else ()
        self.image = model.card.image
        self.limits = {name: list(ends) for name, ends in model.card.limits.items()}
        self._threads = threads or available_cores()
        self._session = model.session  # one thread a block, many blocks side by side

    def sample(  # noqa: PLR0913 - each decides what is drawn
        self,
        labels=None,
        *,
        n: int | None = None,
        digit: int | str | None = None,
        seed: int = 0,
        thickness=None,
        slant=None,
        variety: float = 1.0,
        one_hand: bool = False,
    ) -> np.ndarray:
        """Draw digits; digit i of a seed is the same however many are drawn.

        Args:
            labels: The digits to write, ``int (n,)``.
            n: How many instead, each label in turn, or ``digit`` every time.
            digit: The one label to write n times, or the name of its class; once
                unless n is given.
            seed: From 0 to 2**64 - 1.
            thickness: Stroke width in pixels, one or ``(n,)``; as real digits have
                unless given. The definitions are those of
                :mod:`digitgan.measure.morphometry`.
            slant: In degrees, positive leaning right, one or ``(n,)``; likewise.
            variety: From 0, the most usual form of each digit, to 1, as various as the
                model can (truncation: latents and drawn styles are scaled).
            one_hand: Write all of them with the same latent and, for their labels, the
                same style.

        Returns:
            ``uint8 (n, 28, 28)``, 0 paper to 255 ink; of a model of triplets ``(n, 28,
            28, 3)``.

        Raises:
            InputError: An argument is out of range, or the model cannot be asked that.
        """
        asked = self.labels(labels, n, digit)
        return self.draw(
            self.generator_inputs(
                asked if asked is not None else n,
                seed=seed,
                thickness=thickness,
                slant=slant,
                variety=variety,
                one_hand=one_hand,
            )
        )

    def labels(self, labels=None, n: int | None = None, digit: int | str | None = None):
        """Return the labels that :meth:`sample` would write, or None without labels.

        Raises:
            InputError: They contradict one another, or are not the model's.
        """
        if labels is not None:
            if n is not None or digit is not None:
                raise InputError(
                    "labels are given: allowed beside them is no n or digit"
                )
            return self._checked(labels)
        n = 1 if n is None and digit is not None else n
        if n is None or not 1 <= n <= MOST:
            raise InputError(f"n is {n}: allowed is 1 to {MOST:,}")
        if digit is not None:
            label = self._label(digit) if isinstance(digit, str) else digit
            return self._checked(np.full(n, label))
        return (
            np.arange(n, dtype=np.int32) % len(self.classes) if self.classes else None
        )

    def generator_inputs(  # noqa: PLR0913 - each decides what is drawn
        self,
        labels,
        *,
        seed: int = 0,
        start: int = 0,
        thickness=None,
        slant=None,
        variety: float = 1.0,
        one_hand: bool = False,
    ) -> GeneratorInputs:
        """Decide everything about digits ``start`` to ``start + n`` of a seed.

        Args:
            labels: ``int (n,)``, or n alone for a model without labels.
            start: Number of the first digit.
            seed: As the rest, see :meth:`sample`.
            thickness: See there.
            slant: See there.
            variety: See there.
            one_hand: See there.
        """
        if not 0 <= seed < 2**64:
            raise InputError(f"seed is {seed}: allowed is 0 to 2**64 - 1")
        if not 0 <= variety <= 1:
            raise InputError(f"variety is {variety}: allowed is 0 to 1")
        n = len(labels) if self.classes else labels
        latents = draw_latents(1 if one_hand else n, self.latent_dim, seed, start)
        latents = np.broadcast_to(np.float32(variety) * latents, (n, self.latent_dim))
        conditions = {"label": labels} if self.classes else {}
        if self.styles:
            conditions |= self.styles.draw(labels, seed, start, variety, one_hand)
        for name, value in (("thickness", thickness), ("slant", slant)):
            if value is not None:
                conditions[name] = self._checked_style(name, value, n)
        return GeneratorInputs(latents, conditions)

    def draw(self, recipe: GeneratorInputs) -> np.ndarray:
        """Draw what a recipe says, ``uint8 (n, 28, 28)``."""
        inputs = {"latents": recipe.latents, **recipe.conditions}

        def block(start: int) -> np.ndarray:
            part = {k: v[start : start + BLOCK] for k, v in inputs.items()}
            return self._session.run(None, part)[0]

        starts = range(0, len(recipe.latents), BLOCK)
        threads = min(self._threads, len(starts))
        if threads == 1:
            return np.concatenate([block(start) for start in starts])
        with ThreadPoolExecutor(threads) as pool:
            return np.concatenate(list(pool.map(block, starts)))

    @property
    def latent_dim(self) -> int:
        """Length of z."""
        return self.description["latent_dim"]

    def _label(self, name: str) -> int:
        """Return the label of a class; upper and lower case are alike if none is so."""
        if not self.classes:
            raise InputError(f"digit is {name!r}: this model cannot be asked for one")
        if name in self.classes:
            return self.classes.index(name)
        lower = [known.lower() for known in self.classes]
        if lower.count(name.lower()) != 1:
            raise unknown_name("digit", name, self.classes)
        return lower.index(name.lower())

    def _checked(self, labels) -> np.ndarray:
        """Return labels that can be asked for, ``int32 (n,)``."""
        size, labels = len(self.classes), np.asarray(labels)
        if not size:
            raise InputError("labels are given: this model cannot be asked for a digit")
        if labels.ndim != 1 or labels.dtype.kind not in "iu" or not len(labels):
            raise InputError(
                f"labels are {labels.dtype} {labels.shape}: allowed are integers (n,)"
            )
        if labels.min() < 0 or labels.max() >= size:
            raise InputError(
                f"labels reach from {labels.min()} to {labels.max()}: "
                f"allowed is 0 to {size - 1}"
            )
        return labels.astype(np.int32)

    def _checked_style(self, name: str, value, n: int) -> np.ndarray:
        """Return a style that can be asked for, ``float32 (n,)``."""
        if name not in self.limits:
            raise InputError(f"{name} is given: this model cannot be asked for it")
        low, high = self.limits[name]
        value = np.asarray(value, dtype=np.float32)
        if value.shape not in ((), (n,)):
            raise InputError(
                f"{name} has shape {value.shape}: allowed is one or ({n},)"
            )
        if not (low <= value.min() and value.max() <= high):
            wrong = (
                f"{value:g}"
                if value.ndim == 0
                else f"{value.min():g} to {value.max():g}"
            )
            raise InputError(
                f"{name} is {wrong}: allowed is {low:g} to {high:g} {UNITS[name]}"
            )
        return np.broadcast_to(value, (n,))
