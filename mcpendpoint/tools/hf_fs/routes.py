"""Which provider answers for a URI. Adding one is one line here."""

from collections.abc import Mapping

from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.hf_fs.buckets import Buckets
from mcpendpoint.tools.hf_fs.collections import Collections
from mcpendpoint.tools.hf_fs.daily_papers import DailyPapers
from mcpendpoint.tools.hf_fs.docs import Docs
from mcpendpoint.tools.hf_fs.failures import unsupported
from mcpendpoint.tools.hf_fs.guides import Guide
from mcpendpoint.tools.hf_fs.papers import Papers, TrendingPapers
from mcpendpoint.tools.hf_fs.provider import Provider
from mcpendpoint.tools.hf_fs.repos import Repos
from mcpendpoint.tools.hf_fs.top import Top
from mcpendpoint.tools.hf_fs.trending import Trending
from mcpendpoint.tools.hf_fs.uri import README, TRENDING, Uri

BELOW = "**"

ROUTES: Mapping[tuple[str, ...], Provider] = {
    ("",): Top(),
    (README,): Guide("guide.md"),
    ("models", BELOW): Repos(RepoType.MODEL),
    ("models", TRENDING): Trending(RepoType.MODEL),
    ("datasets", BELOW): Repos(RepoType.DATASET),
    ("datasets", TRENDING): Trending(RepoType.DATASET),
    ("spaces", BELOW): Repos(RepoType.SPACE),
    ("spaces", TRENDING): Trending(RepoType.SPACE),
    ("buckets", BELOW): Buckets(),
    ("collections", BELOW): Collections(),
    ("collections", README): Guide("guide_collections.md"),
    ("papers", BELOW): Papers(),
    ("papers", README): Guide("guide_papers.md"),
    ("papers", TRENDING): TrendingPapers(),
    ("papers", "daily", BELOW): DailyPapers(),
    ("docs", BELOW): Docs(),
}


def provider_of(uri: Uri) -> Provider:
    """Return the provider of the exact place, or of the nearest one above."""
    place = (uri.root, *uri.parts)
    if not uri.id_length and (exact := ROUTES.get(place)):
        return exact
    for length in (2, 1):
        if len(place) >= length and (above := ROUTES.get((*place[:length], BELOW))):
            return above
    raise unsupported(f"hf://{uri.root} is not available here")
