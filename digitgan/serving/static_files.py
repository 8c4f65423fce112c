"""The pages of the studio as files, and the headers that guard a browser."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from digitgan.export.javascript import constants_module

FOLDER = Path(__file__).parent / "page"
PAGES = {"/", "/explore", "/learn"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'",
}


class Pages(StaticFiles):
    """Files of the page; ``/explore`` is ``explore.html``."""

    async def get_response(self, path: str, scope) -> Response:
        """Answer with a file, or with the constants that pages share with Python."""
        if path == "constants.js":
            return Response(constants_module(), media_type="text/javascript")
        return await super().get_response(path, scope)

    def lookup_path(self, path: str):
        """Find a file, or the page of that name."""
        found = super().lookup_path(path)
        return found if found[1] else super().lookup_path(f"{path}.html")


def with_headers(app):
    """Return an application whose answers carry the headers that guard a browser."""
    extra = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]

    async def answered(scope, receive, send):
        async def dressed(message):
            if message["type"] == "http.response.start":
                message = message | {"headers": [*message["headers"], *extra]}
                if not scope["path"].startswith("/v1/"):
                    kept = {name for name, _ in message["headers"]}
                    if b"cache-control" not in kept:
                        message["headers"].append((b"cache-control", b"no-cache"))
            await send(message)

        await app(scope, receive, dressed if scope["type"] == "http" else send)

    return answered
