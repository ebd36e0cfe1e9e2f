"""The head of an HTTP request as the protocol needs it: every header as it was sent.

Django's own view of headers drops names with an underscore and joins duplicates, and neither is
wanted where a duplicate must be refused.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from django.http import HttpRequest

from accounts.addresses import client_address

MAX_QUERY_FIELDS = 100


@dataclass(frozen=True)
class RequestHead:
    method: str
    path: str
    """Encoded, as it can stand in a URL and a header."""
    pairs: tuple[tuple[str, str], ...]
    """Header lines: lower-case name, value without surrounding white space (RFC 9110 OWS)."""
    headers: dict[str, str]
    """The same by name, the last one where a name is repeated."""
    raw_query: str
    query: dict[str, list[str]]
    """Empty when it has too many fields."""
    has_too_many_fields: bool
    scheme: str
    client_address: str
    """As TRUSTED_PROXIES have it; "" when the request came by no network."""

    def values(self, name: str) -> list[str]:
        if name not in self.headers:  # as most names that are asked for
            return []
        return [value for key, value in self.pairs if key == name]

    def accepts(self, media_type: str) -> bool:
        """Whether the client takes this media type (RFC 9110 12.5.1, without q-values)."""
        accept = self.headers.get("accept", "*/*")
        return media_type in accept or "*/*" in accept


def read_request_head(request: HttpRequest) -> RequestHead:
    scope = getattr(request, "scope", None)
    if scope is not None:
        pairs = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t"))
            for name, value in scope["headers"]
        )
    else:  # the synchronous test client
        pairs = tuple((name.lower(), value) for name, value in request.headers.items())
    raw_query = request.META.get("QUERY_STRING", "")
    query = _parse_query(raw_query)
    return RequestHead(
        method=request.method or "",
        path=quote(request.path),
        pairs=pairs,
        headers=dict(pairs),
        raw_query=raw_query,
        query=query or {},
        has_too_many_fields=query is None,
        scheme=request.scheme or "http",
        client_address=client_address(request),
    )


def _parse_query(query: str) -> dict[str, list[str]] | None:
    if not query:
        return {}
    try:
        return parse_qs(query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        return None
