"""Searching the documentation: by meaning (of words' beginnings), and by the words themselves."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors
from tests.standins.hub.docs.pages import SITE
from tests.standins.hub.docs.records import Page, Product, Section
from tests.standins.hub.state import Hub
from tests.standins.hub.words import overlap, words_in

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_QUERY = 250
MIN_OVERLAP = 0.5


@dataclass(frozen=True)
class Place:
    product: Product
    page: Page
    section: Section

    @property
    def texts(self) -> tuple[str, ...]:
        return (*self.section.headings, self.section.text)

    @property
    def path(self) -> str:
        """The page below /docs/, or below the product's own site."""
        start = "" if self.product.is_external else f"{self.product.slug}/"
        version = "main/en/" if self.product.version else ""
        return f"{start}{version}{self.page.path}#{self.section.anchor}"


async def by_meaning(request: Request) -> Response:
    """Answer with the sections closest to the query; `product` is the id of one."""
    query, limit = _query(request), _limit(request)
    product = request.query_params.get("product")
    scored = [
        (overlap(query, *place.texts), place)
        for place in _places(request.app.state.hub)
        if product in (None, place.product.id)
    ]
    found = [(score, place) for score, place in scored if score >= MIN_OVERLAP]
    found.sort(key=lambda pair: -pair[0])
    return JSONResponse([_passage(place) for _, place in found[:limit]])


async def by_word(request: Request) -> Response:
    """Answer with the sections that have every word; `domain` is the end of a product's URL."""
    query, limit = _query(request), _limit(request)
    domain = request.query_params.get("domain")
    hits = [
        _hit(place)
        for place in _places(request.app.state.hub)
        if domain in (None, place.product.slug)
        and not place.product.is_external
        and words_in(query, *place.texts)
    ]
    return JSONResponse({"hits": hits[:limit], "estimatedTotalHits": len(hits), "query": query})


def _query(request: Request) -> str:
    query = request.query_params.get("q", "").strip()
    if not query or len(query) > MAX_QUERY:
        raise errors.invalid(f'"q" must have between 1 and {MAX_QUERY} characters')
    return query


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise errors.invalid('"limit" must be a positive number')
    return min(int(text), MAX_LIMIT)


def _places(hub: Hub) -> Iterator[Place]:
    for product in hub.docs:
        for page in product.pages.values():
            for section in page.sections:
                yield Place(product, page, section)


def _passage(place: Place) -> dict[str, Any]:
    paragraphs = (part.strip() for part in place.section.text.split("\n\n"))
    base = place.product.url if place.product.is_external else f"{SITE}/docs/"
    return {
        "text": "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in paragraphs),
        "product": place.product.id,
        **{f"heading{level}": text for level, text in enumerate(place.section.headings, 1)},
        "source_page_url": base + place.path,
        "source_page_title": place.page.title,
    }


def _hit(place: Place) -> dict[str, Any]:
    levels = (place.product.title, *place.section.headings)
    return {
        "url": f"/docs/{place.path}",
        **{f"hierarchy_lvl{level}": text for level, text in enumerate(levels)},
        "content": place.section.text[:600],
    }
