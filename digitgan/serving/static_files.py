"""The pages of the studio as files, with the constants that they share with Python."""

import os
from functools import cache
from pathlib import Path

from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from digitgan.data.cache import cache_folder
from digitgan.data.digit_strips import strips_of
from digitgan.data.download import Unavailable
from digitgan.data.load import load_cached
from digitgan.exporters.javascript import constants_module

FOLDER = Path(__file__).parent / "page"
PAGES = {"/", "/explore", "/learn", "/learn_here", "/how_a_gan_learns", "/docs"}
DIGITS = "gan/digits/"  # what Learn trains on in the visitor's tab


class Pages(StaticFiles):
    """Files of a folder; ``/explore`` is ``explore.html``."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file, or with the constants; ``/explore/`` is ``/explore``."""
        if scope["path"].endswith("/") and f"/{path}" in PAGES:
            return RedirectResponse(f"../{path}", 308)
        if path == "constants.js":
            return Response(constants_module(), media_type="text/javascript")
        return await super().get_response(path, scope)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file, the page of that name, or real digits in the cache."""
        if path.startswith(DIGITS):
            return _find_strip(Path(path).name)
        full_path, status = super().lookup_path(path)
        return (full_path, status) if status else super().lookup_path(f"{path}.html")


@cache
def _strips(_: Path) -> Path:
    """Return the folder of the strips of what is in a cache."""
    return strips_of(load_cached("mnist"))


def _find_strip(name: str) -> tuple[str, os.stat_result | None]:
    """Find a strip of MNIST where it is in the cache; nothing is fetched for a page."""
    try:
        path = _strips(cache_folder()) / name
        return str(path), path.stat()
    except (Unavailable, FileNotFoundError):
        return "", None
