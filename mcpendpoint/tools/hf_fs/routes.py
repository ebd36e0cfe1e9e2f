"""Which provider answers for a URI. Adding one is one line here."""

from collections.abc import Mapping

from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.hf_fs.failures import unsupported
from mcpendpoint.tools.hf_fs.provider import Provider
from mcpendpoint.tools.hf_fs.repos import Repos
from mcpendpoint.tools.hf_fs.top import Top, TopReadme
from mcpendpoint.tools.hf_fs.trending import Trending
from mcpendpoint.tools.hf_fs.uri import README, Uri

ROUTES: Mapping[tuple[str, ...], Provider] = {
    ("",): Top(),
    (README,): TopReadme(),
    ("models",): Repos(RepoType.MODEL),
    ("models", "trending"): Trending(RepoType.MODEL),
    ("datasets",): Repos(RepoType.DATASET),
    ("datasets", "trending"): Trending(RepoType.DATASET),
    ("spaces",): Repos(RepoType.SPACE),
    ("spaces", "trending"): Trending(RepoType.SPACE),
}


def provider_of(uri: Uri) -> Provider:
    exact = ROUTES.get((uri.root, *uri.parts)) if not uri.id_length else None
    provider = exact or ROUTES.get((uri.root,))
    if provider is None:
        raise unsupported(f"hf://{uri.root} is not available here")
    return provider
