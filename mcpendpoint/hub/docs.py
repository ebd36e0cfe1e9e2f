"""Documentation: its products, the index of each, its pages, and searching in them.

It is the same for everybody, and asked for as nobody.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field

from mcpendpoint.hub.client import HubClient, read_all
from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.ids import url_path
from mcpendpoint.hub.types import HubModel

DOCS_SECONDS = 600.0
MAX_PAGE_BYTES = 3_000_000
MAX_HITS = 25
SITE = "https://huggingface.co"

_LINK = re.compile(r"\[([^\]\n]{1,500})\]\(https?://[^/\s)]+(/docs/[^)\s]{1,1000}\.md)\)")
_PRODUCT_URL = re.compile(r"/docs/([^/]+)/?")
_VERSION = re.compile(r"main|v\d[^/]*")
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_TAG = re.compile(r"<[^>]*>")


class Product(HubModel):
    id: str = Field(min_length=1)
    url: str
    category: str | None = None

    @property
    def slug(self) -> str | None:
        """Where its documentation is on the Hub; None when it is elsewhere."""
        found = _PRODUCT_URL.fullmatch(self.url)
        return found[1] if found else None


@dataclass(frozen=True)
class Manifest:
    """The pages of one product: their paths, versions included, and their titles."""

    titles: dict[str, str]
    folders: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def _by_alias(self) -> dict[str, str]:
        return {alias_of(path): path for path in self.titles}

    def find(self, path: str) -> str | None:
        """Return the path of a page, also when its version or its .md was left out."""
        return path if path in self.titles else self._by_alias.get(alias_of(path))


@dataclass(frozen=True)
class Hit:
    product: str
    title: str
    text: str
    path: str
    """Of the page: /docs/…"""
    anchor: str | None

    @property
    def url(self) -> str:
        """Where a person reads it."""
        anchor = f"#{quote(self.anchor)}" if self.anchor else ""
        return f"{SITE}{quote(self.path)}{anchor}"


def alias_of(path: str) -> str:
    """Return a page's path without version and language, as links in other versions have it."""
    parts = path.strip("/").split("/")
    for pattern in (_VERSION, _LANGUAGE):
        if len(parts) > 1 and pattern.fullmatch(parts[0]):
            del parts[0]
    name = "/".join(parts).removesuffix(".html")
    return name if name.endswith(".md") else f"{name}.md"


async def get_products() -> list[Product]:
    """Return those that the Hub itself has documentation of."""
    answer = await HubClient(None).get_json("/api/docs", seconds=DOCS_SECONDS)
    if not isinstance(answer, list):
        raise HubBadAnswer("The Hub's answer is not a list.")
    return [product for product in read_all(Product, answer) if product.slug]


async def get_manifest(slug: str) -> Manifest:
    """Raises HubNotFound when the product has no index."""

    def parse(text: str) -> Manifest:
        return parse_manifest(slug, text)

    return await HubClient(None).get_text_as(
        Manifest, url_path("docs", slug, "llms.txt"), parse, seconds=DOCS_SECONDS
    )


def parse_manifest(slug: str, text: str) -> Manifest:
    start = f"/docs/{slug}/"
    titles: dict[str, str] = {}
    for title, url_path_ in _LINK.findall(text):
        path = unquote(url_path_)
        if path.startswith(start) and not {"", ".", ".."} & set(path[len(start) :].split("/")):
            titles.setdefault(path[len(start) :], title.strip())
    folders = {
        "/".join(parts[:length])
        for parts in (path.split("/") for path in titles)
        for length in range(1, len(parts))
    }
    return Manifest(titles, frozenset(folders))


async def get_page(slug: str, path: str) -> str:
    return await HubClient(None).get_text_as(
        str,
        url_path("docs", slug, *path.split("/")),
        str,
        seconds=DOCS_SECONDS,
        max_bytes=MAX_PAGE_BYTES,
        accept="text/markdown, text/plain",
    )


async def search_by_meaning(query: str, product: str | None) -> list[Hit]:
    params = [("q", query), ("limit", str(MAX_HITS))]
    params += [("product", product)] if product else []
    answer = await HubClient(None).get_json("/api/docs/search", params, seconds=DOCS_SECONDS)
    hits = [_passage(item) for item in _objects(answer)]
    return [hit for hit in hits if hit is not None]


async def search_by_words(query: str, slug: str | None) -> list[Hit]:
    params = [("q", query), ("limit", str(MAX_HITS))]
    params += [("domain", slug)] if slug else []
    path = "/api/docs/search/full-text"
    answer = await HubClient(None).get_json(path, params, seconds=DOCS_SECONDS)
    found = answer.get("hits") if isinstance(answer, dict) else answer
    hits = [_full_text_hit(item) for item in _objects(found)]
    return [hit for hit in hits if hit is not None]


def _objects(answer: Any) -> list[dict[str, Any]]:
    if not isinstance(answer, list):
        raise HubBadAnswer("The Hub's answer is not a list.")
    return [item for item in answer if isinstance(item, dict)]


def _passage(item: dict[str, Any]) -> Hit | None:
    headings = [item.get(f"heading{level}") for level in range(5, 0, -1)]
    title = next(filter(None, map(_text, [*headings, item.get("source_page_title")])), "")
    return _hit(item.get("source_page_url"), _text(item.get("product")), title, item.get("text"))


def _full_text_hit(item: dict[str, Any]) -> Hit | None:
    levels = [item.get(f"hierarchy_lvl{level}") for level in (2, 1, 0)]
    title = next(filter(None, map(_text, levels)), "")
    return _hit(item.get("url"), "", title, item.get("content"))


def _hit(url: Any, product: str, title: str, text: Any) -> Hit | None:
    try:
        parts = urlsplit(_text(url))
    except ValueError:
        return None
    found = re.match(r"/docs/([^/]+)/", parts.path)
    if found is None:
        return None
    plain = " ".join(unescape(_TAG.sub("", _text(text))).split())
    anchor = unquote(parts.fragment)[:500] or None
    return Hit(product or found[1], title, plain, unquote(parts.path), anchor)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
