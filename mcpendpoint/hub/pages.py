"""Link paging: which page comes next, if the Hub names one of its own. Pure: no I/O."""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urljoin, urlsplit

from mcpendpoint.hub.transport import HubResponse, origin_of

T = TypeVar("T")

MAX_CURSOR_CHARS = 2_000
_NEXT = re.compile(r'<([^<>]{1,4000})>\s*;[^<]*?\brel="?next\b"?')


@dataclass(frozen=True)
class Page(Generic[T]):
    items: list[T]
    next_url: str | None
    """Absolute, of the same origin as this page."""

    @property
    def cursor(self) -> str | None:
        """What `cursor=` has to be to get the next page with the same parameters."""
        if self.next_url is None:
            return None
        cursor = parse_qs(urlsplit(self.next_url).query).get("cursor", [""])[0]
        return cursor if 0 < len(cursor) <= MAX_CURSOR_CHARS else None


def next_url_of(answer: HubResponse) -> str | None:
    found = _NEXT.search(answer.headers.get("link", ""))
    if found is None:
        return None
    try:
        url = urljoin(answer.url, found[1])
        return url if origin_of(url) == origin_of(answer.url) else None
    except ValueError:
        return None
