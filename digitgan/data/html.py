"""Pictures inside an HTML page, such as the output of a notebook's cell."""

import base64
import io
from html import escape

from PIL import Image


def png(picture: Image.Image) -> bytes:
    """Return a picture as a PNG file."""
    file = io.BytesIO()
    picture.save(file, "png", optimize=True)
    return file.getvalue()


def data_uri(content: bytes, type: str = "png") -> str:
    """Return a file as the address of itself; the type is ``png`` or ``gif``."""
    return f"data:image/{type};base64,{base64.b64encode(content).decode()}"


def img(picture: Image.Image | bytes, alt: str, type: str = "png") -> str:
    """Return an ``<img>`` that holds its picture."""
    content = png(picture) if isinstance(picture, Image.Image) else picture
    source = data_uri(content, type)
    return f'<img alt="{escape(alt)}" src="{source}" style="max-width: 100%">'
