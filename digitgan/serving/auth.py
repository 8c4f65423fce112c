"""Who may ask: this machine alone, or whoever has the token for what writes."""

import re
import secrets
from collections.abc import Collection
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from digitgan.serving.problems import Problem, wrong
from digitgan.serving.static_files import PAGES

COOKIE = "digitgan_token"
SAFE = {"GET", "HEAD", "OPTIONS"}
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
NEEDED = (
    "this needs the token: open the link that the server printed, "
    "or send Authorization: Bearer TOKEN"
)


class TokenAuth:
    """Keeps strangers from what writes or trains.

    Without a token, only requests to a name of this machine are answered, so that no
    web page can reach the server under a name of its own (DNS rebinding). With one,
    every name is, and what writes needs it: a program sends ``Authorization: Bearer
    TOKEN``; a browser opens any page with ``?token=TOKEN`` once and keeps a cookie.
    """

    def __init__(self, token: str | None = None, origins: Collection[str] = ()):
        self._token, self._origins = token, frozenset(origins)

    def require_token(self, request: Request) -> None:
        """Refuse (401) who does not know the token: a dependency of what writes."""
        if not self.knows_token(request):
            headers = {"WWW-Authenticate": 'Bearer realm="digitgan"'}
            raise Problem(401, NEEDED, headers, field="Authorization")

    def knows_token(self, request: Request) -> bool:
        """Say whether somebody may write and train."""
        if not self._token:
            return True
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            token = request.cookies.get(COOKIE, "")
        return self._matches(token.strip())

    def refusal(self, scope: Scope) -> Response | None:
        """Answer another site's request, or the link with the token; else None."""
        request = Request(scope)
        host = request.headers.get("host", "")
        origin = request.headers.get("origin", f"http://{host}")
        if not self._token and not is_loopback(_name(host)):
            allowed = "localhost, 127.0.0.1 or [::1]; any with --token"
            return wrong("Host", host[:100], allowed, 421).response()
        is_ours = origin.partition("://")[2].lower() == host.lower()
        is_ours = is_ours or origin in self._origins
        if not is_ours and request.method not in SAFE:
            allowed = "the page of this server"
            return wrong("Origin", origin[:100], allowed, 403).response()
        token = request.query_params.get("token", "")
        page = scope["path"].removeprefix(scope.get("root_path", ""))
        if not self._token or not token or page not in PAGES:
            return None
        if not self._matches(token):
            line = "the token in this link is not the one that the server printed"
            return Problem(401, line, field="token").response()
        # Relative: a proxy may have put the page under a path of its own.
        rest = request.url.remove_query_params("token").query
        page = page.rpartition("/")[2] or "."
        response = RedirectResponse(f"?{rest}" if rest else page, 303)
        response.headers["Cache-Control"] = "no-store"
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict")
        return response

    def _matches(self, token: str) -> bool:
        expected = self._token or ""
        return secrets.compare_digest(token.encode(), expected.encode())


def is_loopback(name: str) -> bool:
    """Say whether a host name or address is this machine's own, and nobody else's."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _name(host: str) -> str:
    """Return the name of a Host header, without port; nothing if it makes no sense."""
    match = HOST.fullmatch(host)
    return match[1].strip("[]").lower() if match else ""
