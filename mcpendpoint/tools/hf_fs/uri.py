"""hf:// URIs: their grammar, and what else people write and clearly mean. Pure: no I/O.

    hf://models|datasets|spaces/OWNER/NAME[@REVISION][/PATH]      hf://buckets/OWNER/NAME[/PATH]
    hf://collections|papers/…      hf://docs/PRODUCT/PATH[#SECTION]

A repository of the first days has one name only: hf://models/gpt2@main[/PATH].
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from mcpendpoint.hub.ids import BadRepoId, parse_repo_id
from mcpendpoint.hub.references import (
    FILE_PAGES,
    HUB,
    REPO_ROOTS,
    Address,
    BadReference,
    RepoPage,
    address_in,
    repo_page,
)
from mcpendpoint.tools.hf_fs.failures import invalid

README = "README.md"
FILE_ROOTS = (*REPO_ROOTS, "buckets")
ROOTS = (*FILE_ROOTS, "collections", "papers", "docs")
TRENDING = "trending"
MAX_CHARS = 2_000
MAX_ANCHOR_CHARS = 500

_SPECIAL_REVISION = re.compile(r"refs/(?:pr/\d+|convert/[^/]+)(?=/|$)")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TO_ESCAPE = re.compile(r"[\x00-\x20%#?|`\\\x7f]")
_NO_FILES = frozenset(("discussions", "settings", "logs"))
_SCHEME = "hf://"
_SINGULAR = {root.removesuffix("s"): root for root in FILE_ROOTS}
_NOT_SERVED = ("kernels",)
"""A type of repository of huggingface_hub 2.4.0 (constants.py), and no owner of models."""


@dataclass(frozen=True)
class Uri:
    root: str
    """One of ROOTS, README, or nothing: hf:// itself."""
    parts: tuple[str, ...] = ()
    """What follows the root, decoded, without the revision."""
    id_length: int = 0
    """How many parts are the id of a repository or bucket; 0 when it is in none."""
    revision: str | None = None
    anchor: str | None = None
    """The section of a documentation page."""

    @property
    def repo_id(self) -> str:
        return "/".join(self.parts[: self.id_length])

    @property
    def path(self) -> str:
        """The path within the repository or bucket, or else below the root."""
        return "/".join(self.parts[self.id_length :])

    def child(self, path: str) -> "Uri":
        return replace(self, parts=(*self.parts, *path.split("/")), anchor=None)

    def at_path(self, path: str) -> "Uri":
        """Return the URI of a path in the same repository or bucket."""
        kept = self.parts[: self.id_length]
        return replace(self, parts=(*kept, *path.split("/")) if path else kept)

    def __str__(self) -> str:
        names = [_escape(part) for part in self.parts]
        if self.revision is not None:
            names[self.id_length - 1] += f"@{_escape_revision(self.revision)}"
        text = "hf://" + "/".join(filter(None, (self.root, *names)))
        return f"{text}#{_escape(self.anchor)}" if self.anchor else text


def parse_uri(text: str, *, endpoint: str = HUB) -> Uri:
    """Understand a URI, one without its hf://, and the address of a page. Raises Failure.

    `endpoint` is the Hub that this server asks: its addresses are understood, too.
    """
    written = text.strip()
    if len(written) > MAX_CHARS:
        raise invalid(f"the URI is longer than {MAX_CHARS} characters")
    if written.split("/")[0] in (*ROOTS, README):
        return _parse(written.strip("/"))
    try:
        address = address_in(written, endpoint)
    except BadReference as error:
        raise invalid(str(error)) from None
    if address is not None:
        return _parse(_location_of(address, written))
    if not written.lower().startswith(_SCHEME):
        raise invalid(f"URI must start with hf://{_suggestion(written)}")
    return _parse(written[len(_SCHEME) :].strip("/"))


def _suggestion(written: str) -> str:
    try:
        name = parse_repo_id(written.partition("@")[0].strip("/"))
    except BadRepoId:
        return ", such as hf://models/OWNER/NAME"
    roots = [f"hf://{root}/{name}" for root in REPO_ROOTS]
    return f": write {', '.join(roots[:-1])} or {roots[-1]}"


def _parse(location: str) -> Uri:
    if not location:
        return Uri("")
    root, _, rest = location.partition("/")
    if root.lower() in ROOTS:
        root = root.lower()
    elif root.lower() in _SINGULAR and "/" in rest:
        root = _SINGULAR[root.lower()]
    elif rest and root not in (README, *_NOT_SERVED):
        # As huggingface_hub's HfFileSystem has it: a model needs no type.
        root, rest = "models", location
    if root == "docs":
        return _parse_docs(rest)
    if root == README and not rest:
        return Uri(README)
    if root not in ROOTS:
        raise invalid(f"Invalid URI type '{root[:80]}'. Must be one of {', '.join(ROOTS)}.")
    if root in REPO_ROOTS:
        return _parse_repo(root, rest)
    parts = _decode(rest)
    if root == "buckets" and len(parts) > 1:
        if "@" in parts[0] + parts[1]:
            raise invalid("Bucket URIs do not support a revision marker ('@').")
        return _with_id(Uri(root, parts, id_length=2))
    return Uri(root, parts)


def _parse_repo(root: str, rest: str) -> Uri:
    before, at, after = rest.partition("@")
    if at and before.count("/") <= 1:
        names = _decode(before)
        revision, path = _split_revision(after)
        uri = Uri(root, (*names, *_decode(path)), id_length=len(names), revision=revision)
        return _with_id(uri)
    parts = _decode(rest)
    if len(parts) < 2:
        return _with_owner(Uri(root, parts))
    return _with_id(Uri(root, parts, id_length=2))


def _split_revision(text: str) -> tuple[str, str]:
    special = _SPECIAL_REVISION.match(text)
    if special:
        return special[0], text[special.end() :].removeprefix("/")
    if text.startswith("refs/"):
        raise invalid(
            "Revision names containing '/' must be percent-encoded unless they are refs/pr/N or "
            "refs/convert/NAME, for example refs%2Fheads%2Ffeature."
        )
    revision, _, path = text.partition("/")
    if not revision:
        raise invalid("Revision after '@' must not be empty.")
    (decoded,) = _decode(revision)
    return decoded, path


def _with_id(uri: Uri) -> Uri:
    written = uri.repo_id
    try:
        if uri.id_length not in (1, 2):
            raise BadRepoId
        parse_repo_id(written)
    except BadRepoId:
        raise invalid(f"Repository id must be 'owner/name', got '{written[:100]}'.") from None
    return uri


def _with_owner(uri: Uri) -> Uri:
    try:
        for owner in uri.parts:
            parse_repo_id(owner)
    except BadRepoId:
        raise invalid(f"'{uri.path[:100]}' is not the name of a user or organization.") from None
    return uri


def _parse_docs(rest: str) -> Uri:
    path, _, written = rest.partition("#")
    anchor = unquote(written)
    if len(anchor) > MAX_ANCHOR_CHARS or not anchor.isprintable():
        raise invalid("the section anchor is longer than 500 characters, or not printable")
    return Uri("docs", _decode(path.strip("/")), anchor=anchor or None)


def _decode(path: str) -> tuple[str, ...]:
    return tuple(_decode_segment(segment) for segment in path.split("/")) if path else ()


def _decode_segment(segment: str) -> str:
    if not segment:
        raise invalid("URI path must not contain empty segments.")
    try:
        if _BAD_ESCAPE.search(segment):
            raise ValueError
        decoded = unquote(segment, errors="strict")
        decoded.encode()
    except ValueError:
        raise invalid(
            f"Invalid percent-encoding in URI segment '{_shown(segment)}'; write '%' as %25."
        ) from None
    if {"", ".", ".."}.intersection(decoded.split("/")):
        raise invalid(f"'{_shown(segment)}' cannot be part of a URI's path.")
    return decoded


def _shown(segment: str) -> str:
    return segment[:100].encode("ascii", "backslashreplace").decode()


def _escape(part: str) -> str:
    """Escape what would end or change a URI, and leave other letters readable."""
    return _TO_ESCAPE.sub(lambda found: f"%{ord(found[0]):02X}", part).replace("/", "%2F")


def _escape_revision(revision: str) -> str:
    return revision if _SPECIAL_REVISION.fullmatch(revision) else _escape(revision)


def _location_of(address: Address, written: str) -> str:
    """Return what a page shows as what follows hf://. Raises Failure when it shows no files."""
    page = f"'{_shown(written)}'"
    if address.subdomain is not None:
        raise invalid(
            f"{page} is a Space's app. Its files are at hf://spaces/OWNER/NAME; hub_repo_details "
            "takes this address, and says what they are."
        )
    first, *rest = address.segments or ("",)
    if not first:
        return ""
    if first == "buckets" and rest[2:3] and rest[2] in FILE_PAGES:
        return "/".join((first, *rest[:2], *rest[3:]))
    if first == "papers" and rest[:1] == ["date"]:
        return "/".join((first, "daily", *"/".join(rest[1:]).split("-")))
    if first in ROOTS and first not in REPO_ROOTS:
        location = "/".join(address.segments)
        is_section = first == "docs" and address.fragment
        return f"{location}#{address.fragment}" if is_section else location
    if first in REPO_ROOTS and len(rest) < 2:
        return "/".join(address.segments)
    if len(rest) == 1 and rest[0] in (*REPO_ROOTS, "collections"):
        return f"{rest[0]}/{first}"
    repo = repo_page(address.segments)
    if repo is None:
        raise invalid(f"{page} is a page of Hugging Face that is no repository, paper or document")
    if len(address.segments) == 1:
        raise invalid(
            f"{page} is the page of an account: list hf://models/{first}, hf://datasets/{first} "
            f"or hf://spaces/{first}. For a model of that name: hf://models/{first}@main"
        )
    return _location_of_repo(repo, page)


def _location_of_repo(repo: RepoPage, page: str) -> str:
    names = list(repo.repo)
    if repo.view in _NO_FILES:
        files = "/".join(("hf://" + repo.root, *names))
        raise invalid(f"{page} shows {repo.view}, which are no files; the files are at {files}")
    if repo.revision is not None or len(names) == 1:
        names[-1] += f"@{repo.revision or 'main'}"
    return "/".join((repo.root, *names, *repo.path))
