"""A trained model: it samples digits and writes texts; ``load()`` opens one."""

from pathlib import Path

from digitgan.handwriting.write import write, write_walk
from digitgan.sampling.hub import PREFIX, fetch
from digitgan.sampling.sampler import Sampler

SHIPPED = Path(__file__).parent.parent / "pretrained"


class Model(Sampler):
    """A trained generator that also writes."""

    write = write
    write_walk = write_walk


def load(model: str | Path = "flagship", threads: int = 0) -> Model:
    """Open a trained generator.

    Args:
        model: ``flagship``, which comes with the package; or a model folder, or a run
            folder that holds one; or ``hf://user/name``, which is brought from the
            Hugging Face hub.
        threads: Processor threads to draw with; 0 for one a core.

    Raises:
        InputError: There is no model, or its files are not those described.
        OSError: The hub cannot be reached.
    """
    name = str(model)
    folder = fetch(name) if name.startswith(PREFIX) else model
    return Model(SHIPPED if name == "flagship" else folder, threads, name)
