"""The pages of the studio as files, with the constants that they share with Python."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from digitgan.export.javascript import constants_module

FOLDER = Path(__file__).parent / "page"
PAGES = {"/", "/explore", "/learn", "/docs"}


class Pages(StaticFiles):
    """Files of a folder; ``/explore`` is ``explore.html``."""

    async def get_response(self, path: str, scope) -> Response:
        """Answer with a file, or with the constants."""
        if path == "constants.js":
            return Response(constants_module(), media_type="text/javascript")
        return await super().get_response(path, scope)

    def lookup_path(self, path: str):
        """Find a file, or the page of that name."""
        full_path, status = super().lookup_path(path)
        return (full_path, status) if status else super().lookup_path(f"{path}.html")
