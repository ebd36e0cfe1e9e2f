"""What people paste to name something on the Hub, understood in one place. No I/O.

Ids (`owner/name`, `imdb`, `datasets/imdb`, `owner/name@main`), hf:// URIs as huggingface_hub writes
them, addresses of pages with or without a scheme, of Spaces' apps, and of git repositories.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from mcpendpoint.hub.ids import BadRepoId, parse_repo_id
from mcpendpoint.hub.types import RepoType

HUB = "https://huggingface.co"
REPO_ROOTS = ("models", "datasets", "spaces")
OTHER_ROOTS = ("buckets", "collections", "papers", "docs")
FILE_PAGES = frozenset(("blob", "resolve", "tree", "raw", "blame", "edit", "commits", "commit"))
VIEWS = frozenset(("viewer", "embed", "discussions", "settings", "community", "activity", "logs"))
"""Pages of a repository beside its files."""

_HUB_HOSTS = frozenset(("huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co"))
_APP_HOST = re.compile(r"([a-z0-9](?:[a-z0-9-]{0,97}[a-z0-9])?)(?:\.static)?\.hf\.space")
_GIT = re.compile(r"(?:ssh://)?git@(?:hf\.co|huggingface\.co)[:/](.+)")
_ACCOUNT_PAGES = frozenset(("organizations", "orgs", "users"))
_ACCOUNT_TABS = frozenset((*REPO_ROOTS, "collections", "activity", "followers", "following"))
_PAGES_OF_NOTHING = frozenset(
    ("blog", "chat", "enterprise", "inference", "join", "learn", "login", "logout", "new", "posts")
    + ("pricing", "search", "settings", "tasks", "notifications", "oauth", "storage", "support")
)
_SHOWN_CHARS = 100


class BadReference(ValueError):
    """A text that names nothing of the Hub; the message says why."""


@dataclass(frozen=True)
class Address:
    """The parts of the address of a page, an app or a git repository."""

    segments: tuple[str, ...] = ()
    """Of a page of the Hub, as they are written."""
    fragment: str = ""
    subdomain: str | None = None
    """Of a Space's app, which does not tell where the owner's name ends."""


@dataclass(frozen=True)
class Reference:
    """A repository or account, as far as a text says which."""

    name: str
    """`owner/name`, or one word: an account or a repository of the first days."""
    repo_type: RepoType | None = None
    revision: str | None = None
    is_account: bool = False
    subdomain: str | None = None
    """Of a Space whose id is to be asked for; `name` is the same then."""


def address_in(text: str, endpoint: str) -> Address | None:
    """Return the address of something on Hugging Face, None for a text that is no address.

    `endpoint` is the Hub that this server asks. Raises BadReference for other addresses.
    """
    written = text.strip().strip("<>`\"'")
    if git := _GIT.fullmatch(written):
        return Address(_segments(git[1]))
    url = _url_in(written, endpoint)
    if url is None:
        return None
    host = (url.hostname or "").lower()
    if url.username is not None or url.password is not None:
        raise BadReference(f"{_shown(text)} holds a user name; leave that out.")
    if app := _APP_HOST.fullmatch(host):
        return Address(subdomain=app[1])
    if not _is_hub(url, host, endpoint):
        raise BadReference(f"{_shown(text)} is not an address of Hugging Face.")
    return Address(_segments(url.path), url.fragment)


def _url_in(written: str, endpoint: str) -> SplitResult | None:
    own = urlsplit(endpoint).netloc
    first = written.partition("/")[0].lower()
    if "://" not in written and (first in (*_HUB_HOSTS, own) or _APP_HOST.fullmatch(first)):
        written = f"https://{written}"
    if not written.lower().startswith(("http://", "https://")):
        return None
    try:
        url = urlsplit(written)
        _ = url.port
    except ValueError:
        raise BadReference(f"{_shown(written)} is not an address.") from None
    return url


def _is_hub(url: SplitResult, host: str, endpoint: str) -> bool:
    own = urlsplit(endpoint)
    if (host, url.port) == (own.hostname, own.port):
        return True
    return host in _HUB_HOSTS and url.port in (None, 80, 443)


def _segments(path: str) -> tuple[str, ...]:
    found = tuple(segment for segment in path.split("/") if segment)
    if found[:1] == ("api",) and found[1:2] and found[1] in (*REPO_ROOTS, *OTHER_ROOTS):
        found = tuple("tree" if each == "revision" else each for each in found[1:])
    return (*found[:-1], found[-1].removesuffix(".git")) if found else ()


@dataclass(frozen=True)
class RepoPage:
    """A page of a repository: the files at a revision, or one of its VIEWS."""

    root: str
    repo: tuple[str, ...]
    view: str | None = None
    revision: str | None = None
    path: tuple[str, ...] = ()


def repo_page(segments: Sequence[str]) -> RepoPage | None:
    """Return what repository a page belongs to; None when it belongs to none."""
    root, rest = "models", list(segments)
    if rest[:1] and rest[0] in REPO_ROOTS:
        root, *rest = rest
    elif not rest or rest[0] in (*OTHER_ROOTS, *_ACCOUNT_PAGES, *_PAGES_OF_NOTHING, "jobs", "api"):
        return None
    # Repositories of the first days have one name: datasets/imdb/viewer, gpt2/tree/main.
    is_canonical = len(rest) > 1 and rest[1] in (FILE_PAGES | VIEWS)
    length = 1 if is_canonical else 2
    repo, after = tuple(rest[:length]), rest[length:]
    if not after:
        return RepoPage(root, repo) if repo else None
    view, *more = after
    if view not in FILE_PAGES:
        return RepoPage(root, repo, view)
    revision, path = _revision_in(more)
    return RepoPage(root, repo, view, revision, () if view == "commit" else path)


def _revision_in(segments: list[str]) -> tuple[str | None, tuple[str, ...]]:
    count = 3 if segments[:1] == ["refs"] and segments[1:2] in (["pr"], ["convert"]) else 1
    revision = "/".join(segments[:count])
    return (None if revision in ("", "main") else revision), tuple(segments[count:])


def parse_reference(text: str, endpoint: str) -> Reference:
    """Understand what names a repository or an account. Raises BadReference."""
    written = text.strip()
    address = address_in(written, endpoint)
    if address is not None and address.subdomain is not None:
        return Reference(address.subdomain, RepoType.SPACE, subdomain=address.subdomain)
    if address is not None:
        return _of_page(address.segments, written)
    if written.startswith("@"):
        return Reference(_checked(written[1:], written), is_account=True)
    location = re.sub(r"^hf://", "", written, flags=re.IGNORECASE).strip("/")
    return _of_id(location, written)


def parse_account(text: str, endpoint: str) -> str:
    """Return the name of a user or organization. Raises BadReference."""
    reference = parse_reference(text, endpoint)
    if "/" in reference.name or reference.subdomain or reference.repo_type:
        raise BadReference(f"{_shown(text)} is not the name of a user or an organization.")
    return reference.name


def _of_page(segments: Sequence[str], written: str) -> Reference:
    first = segments[0] if segments else ""
    if first in _ACCOUNT_PAGES and len(segments) > 1:
        return Reference(_checked(segments[1], written), is_account=True)
    is_own = first not in (*REPO_ROOTS, *OTHER_ROOTS)
    if is_own and len(segments) == 2 and segments[1] in _ACCOUNT_TABS:
        return Reference(_checked(first, written), is_account=True)
    page = repo_page(segments)
    if page is None:
        raise BadReference(_not_a_repo(first, segments, written))
    # An address without a type is a model's, or with one word an account's.
    is_typed = first in REPO_ROOTS or len(page.repo) > 1 or page.view is not None
    repo_type = RepoType(page.root.removesuffix("s")) if is_typed else None
    revision = unquote(page.revision) if page.revision else None
    return Reference(_checked("/".join(page.repo), written), repo_type, revision)


def _of_id(location: str, written: str) -> Reference:
    before, at, revision = location.partition("@")
    first, slash, rest = before.partition("/")
    root = first.lower()
    if root.removesuffix("s") in tuple(RepoType) and rest.count("/") > 0:
        root = f"{root.removesuffix('s')}s"  # dataset/owner/name
    if slash and root in REPO_ROOTS:
        page = repo_page((root, *rest.split("/")))
        assert page is not None  # noqa: S101 - it has a root and a name
        name, repo_type = "/".join(page.repo), RepoType(root.removesuffix("s"))
    else:
        if slash and root in (*OTHER_ROOTS, "jobs"):
            raise BadReference(_not_a_repo(root, before.split("/"), written))
        page = repo_page(before.split("/")) if before.count("/") > 1 else None
        is_page = page is not None and page.view in (FILE_PAGES | VIEWS)
        name, repo_type = "/".join(page.repo) if page and is_page else before, None
    if at and not revision:
        raise BadReference(f"{_shown(written)} has nothing after its '@'.")
    return Reference(_checked(name, written), repo_type, _bare_revision(revision))


def _bare_revision(text: str) -> str | None:
    revision, _ = _revision_in(unquote(text).split("/")) if text else (None, ())
    return revision


def _checked(name: str, written: str) -> str:
    try:
        return parse_repo_id(unquote(name))
    except BadRepoId:
        raise BadReference(
            f"{_shown(written)} is not a repository id. It should be `owner/name` of letters, "
            "digits, '-', '_' and '.', such as google/gemma-3-4b-it, or the address of its page."
        ) from None


def _not_a_repo(first: str, segments: Sequence[str], written: str) -> str:
    where = "/".join(segments)
    match first:
        case "papers" | "collections" | "docs" | "buckets":
            kind = {"docs": "documentation"}.get(first, f"a {first.removesuffix('s')}")
            return f"{_shown(written)} is {kind}, no repository. hf_fs reads hf://{where[:200]}."
        case "jobs":
            return f"{_shown(written)} is a job, no repository. hf_jobs inspects jobs."
        case _:
            return f"{_shown(written)} is a page of Hugging Face, but of no repository or account."


def _shown(text: str) -> str:
    return repr(" ".join(text[:_SHOWN_CHARS].split()))
