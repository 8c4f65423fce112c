"""What formats of one picture and its facts a sample have in common."""

import io
import json

import numpy as np
from PIL import Image


def png(image: np.ndarray) -> bytes:
    """Return ``uint8 (H, W)`` as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def stem(number: int) -> str:
    """Return the name of a sample's files, such as ``000000042``."""
    return f"{number:09}"


def facts(samples, place: int) -> dict:
    """Return what is known of a sample: label or boxes, then seed, style, measures."""
    if samples.labels is not None:
        return {"label": int(samples.labels[place]), **samples.fact(place)}
    told = {
        "characters": samples.characters[place],
        "boxes": samples.boxes[place].tolist(),
    }
    return samples.fact(place) | told


def line(told: dict) -> str:
    """Return facts as one line of JSON."""
    return json.dumps(told, ensure_ascii=False) + "\n"
