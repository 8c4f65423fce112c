"""One shard: made from nothing but the spec and its index, kept whole or not at all."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from digitgan.datasets.digits import draw_digits
from digitgan.datasets.folder import fragment_name, record_name, write_file
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.manifest import FragmentRecord, ShardRecord, sha256_of_files
from digitgan.datasets.model_cache import model_of
from digitgan.datasets.numbers import draw_numbers
from digitgan.datasets.samples import Samples
from digitgan.datasets.scenes import draw_scenes
from digitgan.datasets.spec import DatasetSpec, Shard

DRAW = {"digits": draw_digits, "numbers": draw_numbers, "scenes": draw_scenes}


def make_shard(spec: DatasetSpec, shard: Shard) -> tuple[dict[str, bytes], ShardRecord]:
    """Return the files of a shard, its fragment among them, by name, and its record.

    The same spec and shard give the same bytes anywhere.
    """
    format = FORMATS[spec.format]
    samples = DRAW[spec.kind](model_of(spec), spec, shard)
    encoded = format.encode(spec, shard, samples)
    names = format.file_names(spec, shard)
    files = dict(zip(names, encoded.files, strict=True))
    sums = {name: _sha256(content) for name, content in files.items()}
    fragment = None
    if encoded.fragment is not None:
        fragment = FragmentRecord(_sha256(encoded.fragment), len(encoded.fragment))
    record = ShardRecord(
        index=shard.index,
        part=shard.part,
        count=shard.count,
        labels=_label_counts(spec, samples),
        dropped=sum(sample.dropped for sample in samples),
        sha256=fragment.sha256 if fragment and not sums else sha256_of_files(sums),
        fragment=fragment,
    )
    if encoded.fragment is not None:
        files[fragment_name(shard.index)] = encoded.fragment
    return files, record


def store_shard(spec: DatasetSpec, folder: Path, shard: Shard) -> ShardRecord:
    """Make a shard and put it into the data set; its record comes last."""
    files, record = make_shard(spec, shard)
    for name, content in files.items():  # of many, none is flushed
        write_file(folder, name, content, flushed=len(files) <= 2)
    write_file(folder, record_name(shard.index), json.dumps(asdict(record)))
    return record


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _label_counts(spec: DatasetSpec, samples: Samples) -> dict[str, int]:
    if spec.kind != "digits":
        return dict(Counter("".join(sample.characters for sample in samples)))
    counts = Counter(sample.label for sample in samples)
    return {spec.classes[label]: counts[label] for label in spec.labels}
