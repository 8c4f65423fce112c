"""A data set on the Hugging Face hub, with a card that says what it is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitgan.hub import PREFIX, check_repo, import_hub, upload
from digitgan.sampling.model_loader import SHIPPED

TASKS = {  # as the hub calls them
    "digits": "image-classification",
    "numbers": "image-to-text",
    "scenes": "object-detection",
}
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
SIZES += ((1_000_000, "100K<n<1M"), (10**12, "1M<n<10M"))
CARD = """\
# {count:,} {kind}, drawn

No hand wrote these: they are samples of a generative adversarial network, made by
digitgan {digitgan} with seed {seed}, as {format}: {parts}.

```python
import digitgan

data = digitgan.load_dataset("{address}")
```

- `manifest.json` has the whole request and the SHA-256 of every shard: the same request
  gives the same bytes. The network's own SHA-256 is `{model}`.
- What the network's training data leave out, this leaves out; what a program that
  learns from it can do has to be measured on real writing.
"""


def publish_dataset(folder: Path, manifest: Mapping[str, Any], repo: str) -> str:
    """Put a finished data set into a repository by :func:`digitgan.hub.upload`."""
    check_repo("repo", repo, repo)
    files: dict[str, Path | bytes] = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    files["README.md"] = dataset_card(manifest, repo).encode()
    return upload(repo, files, f"digitgan {manifest['digitgan']}", "dataset")


def dataset_card(manifest: Mapping[str, Any], repo: str) -> str:
    """Return what the hub's search and viewer read, and what people do."""
    shipped = json.loads((SHIPPED / "model.json").read_text(encoding="utf-8"))
    of_shipped = manifest["model_sha256"] == shipped["sha256"]["generator.onnx"]
    files = [
        {"split": part, "path": f"data/{part}-*.parquet"} for part in manifest["parts"]
    ]
    metadata = import_hub("repo", repo).DatasetCardData(
        license="mit" if of_shipped else "unknown",
        tags=["synthetic", "handwriting", "digits", "digitgan"],
        task_categories=[TASKS[manifest["kind"]]],
        size_categories=[next(n for most, n in SIZES if manifest["count"] < most)],
        configs=[{"config_name": "default", "data_files": files}]
        if manifest["format"] == "parquet"
        else None,
    )
    parts = ", ".join(f"{n:,} {part}" for part, n in manifest["parts"].items())
    told = {**manifest, "parts": parts, "model": manifest["model_sha256"][:12]}
    text = CARD.format_map({**told, "address": PREFIX + repo})
    return f"---\n{metadata.to_yaml()}\n---\n\n{text}"
