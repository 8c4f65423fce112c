"""A model folder on the Hugging Face hub, with a card that says what it is."""

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from digitgan.data.images import DIGIT_NAMES
from digitgan.hub import MODEL_FILES, PREFIX, check_repo, import_hub, upload
from digitgan.model.model_card import card_text, write_card
from digitgan.sampling.model_loader import SHIPPED, LoadedModel
from digitgan.sampling.styles import STYLE_UNITS
from digitgan.untrusted import as_input_errors

TASK = "unconditional-image-generation"
TAGS = ["gan", "dcgan", "synthetic-data", "onnx", "keras"]
DIGIT_TAGS = ["handwriting", "digits"]

USE = """\
## Use

With the Python package digitgan and its extra `hub`:

```python
import digitgan

model = digitgan.load("{address}")
images = model.sample(n=100, seed=7)  # uint8 {shape}
{writing}```

Or by ONNX Runtime alone: `huggingface_hub.hf_hub_download("{repo}", "generator.onnx")`
gives the file, whose inputs and output stand above."""
WRITING = 'model.write("2026", seed=7).image.save("2026.png")\n'
LIMITS = """\
- It knows what it learned from alone: whom and what its data leave out, it leaves out.
- The scores, where there are some, are of pictures as they are drawn; what a program
  that is trained on them can do has to be measured on real ones."""


def publish(model: LoadedModel, repo: str) -> str:
    """Put a model into a repository by :func:`digitgan.hub.upload`."""
    check_repo("repo", repo, repo)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A description may lack what cards say.
        with as_input_errors("model", model.folder):
            write_folder(model, repo, folder)
        files = {path.name: path for path in sorted(folder.iterdir())}
        return upload(repo, files, f"digitgan {model.description['digitgan']}")


def write_folder(model: LoadedModel, repo: str, folder: Path) -> None:
    """Copy a model folder, with the card that the hub shows in place of its own."""
    for name in MODEL_FILES:
        if (model.folder / name).exists():
            shutil.copy(model.folder / name, folder)
    write_card(folder, model.description, _card(model, repo))


def _card(model: LoadedModel, repo: str) -> str:
    """Return what the hub's search reads, the facts and scores, the use, the limits."""
    triplets = model.image.kind == "triplets"
    writes_digits = set(DIGIT_NAMES) <= set(model.classes)
    hub, name = import_hub("repo", repo), repo.rpartition("/")[2]
    of_mnist = str(model.description.get("data", "")).startswith("MNIST")
    scores = model.description.get("scores", {})
    metadata = hub.ModelCardData(
        license="mit" if model.folder == SHIPPED else "unknown",
        library_name="digitgan",
        pipeline_tag=TASK,
        tags=TAGS + DIGIT_TAGS * (writes_digits or triplets),
        datasets=["ylecun/mnist"] if of_mnist else None,
        model_name=name if scores and of_mnist else None,
        eval_results=_results(hub, scores) if scores and of_mnist else None,
    )
    use = USE.format(
        address=PREFIX + repo,
        repo=repo,
        shape=(100, 28, 28, 3) if triplets else (100, 28, 28),
        writing=WRITING if writes_digits else "",
    )
    colour = "three greys, a digit each" if triplets else "grey"
    limits = [f"- Pictures are {colour}, 28 by 28 pixels, 0 background to 255 ink."]
    if model.classes:
        limits.append(f"- It draws {', '.join(model.classes)} and nothing else.")
    for name, (low, high) in model.limits.items():
        limits.append(f"- {name.title()}: {low:g} to {high:g} {STYLE_UNITS[name]}.")
    limits.append(LIMITS)
    facts = card_text(model.description).strip()
    parts = [f"---\n{metadata.to_yaml()}\n---", facts, use, "## Limits"]
    return "\n\n".join([*parts, "\n".join(limits)]) + "\n"


def _results(hub: ModuleType, scores: Mapping[str, Sequence[float]]) -> list:
    """Return the scorecard as the hub's leaderboards read it."""
    return [
        hub.EvalResult(
            task_type=TASK,
            dataset_type="ylecun/mnist",
            dataset_name="MNIST",
            metric_type="_".join(re.findall(r"\w+", name.lower())),
            metric_name=f"{name} (real digits: {real:.4g})",
            metric_value=round(value, 5),
        )
        for name, (value, real) in scores.items()
    ]
