"""Parquet files named and described as Hugging Face ``datasets`` reads them."""

import io
import json

from digitgan.datasets.formats.base import EncodedShard, Format
from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import DatasetSpec, Shard


class Parquet(Format):
    """A file a shard, with a row for each sample, its picture as PNG."""

    name = "parquet"
    kinds = ("digits", "numbers", "scenes")
    shard_file = "data/{part}-{shard:05}-of-{shards:05}.parquet"
    needs = "pyarrow"

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return one file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = _column_types()
        images = [
            {"bytes": sample.png(), "path": f"{number:09}.png"}
            for number, sample in zip(shard.sample_numbers, samples, strict=True)
        ]
        records = [sample.record() for sample in samples]
        columns = {"image": pa.array(images, types["image"])}
        for name in records[0]:
            values = [record[name] for record in records]
            columns[name] = pa.array(values, types.get(name, pa.float32()))
        table = pa.table(columns).replace_schema_metadata(_schema_metadata(spec))
        file = io.BytesIO()
        pq.write_table(table, file, compression="zstd")
        return EncodedShard([file.getvalue()])


def _column_types() -> dict:
    """Return the types of all columns but those of styles and measures."""
    import pyarrow as pa

    box = pa.list_(pa.int32())
    number = [("text", pa.string()), ("box", box)]
    number += [("seed", pa.uint64()), ("height", pa.int32())]
    return {
        "image": pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
        "label": pa.int64(),
        "seed": pa.uint64(),
        "number": pa.int64(),
        "text": pa.string(),
        "characters": pa.string(),
        "boxes": pa.list_(box),
        "numbers": pa.list_(pa.struct(number)),
    }


def _schema_metadata(spec: DatasetSpec) -> dict[str, str]:
    """Return what tells ``datasets`` that bytes are an image, numbers a class."""
    features: dict[str, dict] = {"image": {"_type": "Image"}}
    if spec.kind == "digits":
        features["label"] = {"names": list(spec.classes), "_type": "ClassLabel"}
    return {"huggingface": json.dumps({"info": {"features": features}})}
