"""What went wrong, as RFC 9457 says it: ``application/problem+json``."""

import json
import re
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from digitgan.errors import InputError

MEDIA_TYPE = "application/problem+json"
SHOWN = 200  # characters of a wrong value that an answer repeats


class Problem(Exception):
    """A request that is refused: names the field, its value and what is allowed.

    Attributes:
        status: The HTTP status, 400 to 599.
        detail: One line for people.
        facts: More members of the answer, such as ``field``, ``value``, ``allowed``.
        headers: Of the answer.
    """

    def __init__(self, status: int, detail: str, headers=None, **facts):
        """Note what is wrong."""
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.facts, self.headers = facts, dict(headers or {})

    def response(self) -> Response:
        """Return the answer that says it."""
        told = {"type": "about:blank", "title": HTTPStatus(self.status).phrase}
        told |= {"status": self.status, "detail": self.detail} | self.facts
        headers = {"Cache-Control": "no-store"} | self.headers
        return Response(json.dumps(told) + "\n", self.status, headers, MEDIA_TYPE)


def wrong(field: str, value: Any, allowed: str) -> Problem:
    """Return the refusal of a field's value."""
    shown = value if isinstance(value, int | float | bool | None) else str(value)
    if isinstance(shown, str) and len(shown) > SHOWN:
        shown = shown[:SHOWN] + "..."
    if isinstance(shown, int) and abs(shown) > 2**64:
        shown = "a number of more than 64 bits"
    detail = f"{field} is {shown!r}: allowed is {allowed}"
    return Problem(400, detail, field=field, value=shown, allowed=allowed)


def refused(error: InputError, asked: dict[str, Any]) -> Problem:
    """Return what the model refused as a problem of the field that its line names.

    Args:
        error: What was raised; its line begins with the name of an argument.
        asked: The fields of the request and their values.
    """
    detail = " ".join(str(error).split())
    first = detail.split(maxsplit=1)[0].rstrip(":,")
    facts = {}
    if first in asked:
        allowed = re.split(r": allowed (?:is |are )?", detail, maxsplit=1)[-1]
        facts = {"field": first, "value": asked[first], "allowed": allowed}
    return Problem(400, detail, **facts)
