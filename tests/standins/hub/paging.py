"""Pages of a list: an opaque cursor, and the Link header that leads to the next page."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.standins.hub import errors


def page(
    request: Request, items: Sequence[Any], *, size: int, max_size: int, has_limit: bool = True
) -> JSONResponse:
    """Answer with the page that the request's `limit`, if there is one, and `cursor` ask for."""
    start = _position(request.query_params.get("cursor"))
    limit = request.query_params.get("limit") if has_limit else None
    end = start + _limit(limit, size, max_size)
    headers = {}
    if end < len(items):
        url = request.url.remove_query_params("cursor")
        headers["Link"] = f'<{url.include_query_params(cursor=_cursor(end))}>; rel="next"'
    return JSONResponse(items[start:end], headers=headers)


def _limit(text: str | None, size: int, max_size: int) -> int:
    if text is None:
        return size
    if not text.isdecimal() or int(text) < 1:
        raise errors.invalid('"limit" must be a positive number')
    return min(int(text), max_size)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("after:"))
    except (binascii.Error, ValueError) as error:
        raise errors.invalid("Invalid cursor") from error
