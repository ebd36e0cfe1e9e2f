"""What a variable can be, asked of the Hub as the caller.

The listings are asked, not the Hub's quick search: they are documented, and know the repositories
of one owner.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.collections import list_collections
from mcpendpoint.hub.docs import get_manifest, get_products
from mcpendpoint.hub.files import FileStore
from mcpendpoint.hub.papers import list_papers, search_papers
from mcpendpoint.hub.repos import AnyRepo, list_repos
from mcpendpoint.hub.types import RepoType

Known = Mapping[str, str]
"""The values of the other variables that were chosen already."""

Completer = Callable[[HubClient, str, Known], Awaitable[Sequence[str]]]
"""Returns what may be meant by the text that was typed so far; whatever it raises means nothing."""

MAX_LISTED = 100
MIN_QUERY_CHARS = 3


def owners(repo_type: RepoType) -> Completer:
    async def complete(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
        repos = await _repos(hub, repo_type, search=typed)
        return matching((repo.owner for repo in repos if repo.owner), typed)

    return complete


def names(repo_type: RepoType) -> Completer:
    """Names of repositories of the owner who was chosen."""

    async def complete(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
        if not known.get("owner"):
            return []
        repos = await _repos(hub, repo_type, search=typed, author=known["owner"])
        return matching((repo.id.partition("/")[2] for repo in repos), typed)

    return complete


def repo_ids(repo_type: RepoType) -> Completer:
    async def complete(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
        owner, slash, name = typed.partition("/")
        if slash:
            repos = await _repos(hub, repo_type, search=name, author=owner)
        else:
            repos = await _repos(hub, repo_type, search=typed)
        return matching((repo.id for repo in repos), typed)

    return complete


def paths(repo_type: RepoType) -> Completer:
    """Files and folders of the repository that was chosen, one folder at a time."""

    async def complete(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
        name, _, revision = known.get("name", "").partition("@")
        repo_id = f"{known.get('owner', '')}/{name}"
        store = FileStore(repo_type.api_segment, repo_id, revision or "main")
        folder = typed.rpartition("/")[0]
        page = await store.children(hub, folder, recursive=False, cursor=None)
        entries = page.items
        return matching((f"{e.path}/" if e.type == "directory" else e.path for e in entries), typed)

    return complete


async def accounts(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
    """Users and organizations that have a model."""
    return await owners(RepoType.MODEL)(hub, typed, known)


async def collection_owners(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
    """Owners of collections that trend: these are found by words of their titles only."""
    page = await list_collections(hub, sort="trending")
    return matching((collection.full_slug.partition("/")[0] for collection in page.items), typed)


async def collection_slugs(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
    if not known.get("owner"):
        return []
    page = await list_collections(hub, owner=known["owner"])
    return matching((collection.full_slug.rpartition("/")[2] for collection in page.items), typed)


async def paper_ids(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
    """Ids of papers that trend; words are searched for, and what is found need not contain them."""
    if len(typed) >= MIN_QUERY_CHARS and any(letter.isalpha() for letter in typed):
        return [paper.id for paper in await search_papers(hub, typed)]
    page = await list_papers(hub, sort="trending")
    return matching((paper.id for paper in page.items), typed)


async def doc_products(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
    return matching(sorted(product.id for product in await get_products()), typed)


async def doc_paths(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
    chosen = known.get("product", "")
    for product in await get_products():
        if chosen in (product.id, product.slug) and product.slug:
            return matching(sorted((await get_manifest(product.slug)).titles), typed)
    return []


def one_of(*choices: str) -> Completer:
    async def complete(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
        return matching(choices, typed)

    return complete


def last_of_list(completer: Completer) -> Completer:
    """Complete the last item of a comma-separated list, and keep those before it."""

    async def complete(hub: HubClient, typed: str, known: Known) -> Sequence[str]:
        before, comma, last = typed.rpartition(",")
        found = await completer(hub, last.strip(), known)
        chosen = {item.strip() for item in before.split(",")}
        start = f"{before}{comma} " if comma else ""
        return [f"{start}{value}" for value in found if value not in chosen]

    return complete


def matching(values: Iterable[str], typed: str) -> list[str]:
    """Return each value once: those that begin with the text, then those that have it elsewhere."""
    start = typed.casefold()
    found = [value for value in dict.fromkeys(values) if start in value.casefold()]
    return sorted(found, key=lambda value: not value.casefold().startswith(start))


async def _repos(
    hub: HubClient, repo_type: RepoType, *, search: str, author: str = ""
) -> Sequence[AnyRepo]:
    """Return those that trend first, or all of an owner's that there is room for."""
    params = [("limit", str(MAX_LISTED)), ("sort", "trendingScore"), ("direction", "-1")]
    params += [(name, value) for name, value in (("search", search), ("author", author)) if value]
    return (await list_repos(hub, repo_type, params, None, fields=("author",))).items
