"""Parquet files named and described as Hugging Face ``datasets`` reads them."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

from digitgan.datasets.formats import Packed, records

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TYPES = {
    "label": pa.int64(),
    "seed": pa.uint64(),
    "number": pa.int64(),
    "text": pa.string(),
    "characters": pa.string(),
    "boxes": pa.list_(pa.list_(pa.int32())),
    "numbers": pa.list_(
        pa.struct(
            [
                ("text", pa.string()),
                ("box", pa.list_(pa.int32())),
                ("seed", pa.uint64()),
                ("height", pa.int32()),
            ]
        )
    ),
}


def names(spec, shard) -> list[str]:
    """Return ``data/train-00003-of-00012.parquet``."""
    return [f"data/{shard.name}.parquet"]


def pack(spec, shard, samples) -> Packed:
    """Return one file with a row for each sample, its picture as PNG."""
    stems = map(records.stem, shard.numbers)
    images = [
        {"bytes": records.png(image), "path": f"{stem}.png"}
        for image, stem in zip(samples.images, stems, strict=True)
    ]
    rows = [records.facts(samples, place) for place in range(shard.count)]
    columns = {"image": pa.array(images, IMAGE)}
    for name in rows[0]:
        kind = TYPES.get(name, pa.float32())
        columns[name] = pa.array([row[name] for row in rows], kind)
    table = pa.table(columns).replace_schema_metadata(_features(spec))
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return Packed({names(spec, shard)[0]: file.getvalue()})


def _features(spec) -> dict[str, str]:
    """Return what tells ``datasets`` that bytes are an image, numbers a class."""
    features = {"image": {"_type": "Image"}}
    if spec.kind == "digits":
        features["label"] = {"names": list(spec.classes), "_type": "ClassLabel"}
    return {"huggingface": json.dumps({"info": {"features": features}})}
