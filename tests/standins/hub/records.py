"""What the stand-in Hub holds: accounts, and repositories with their history.

Plain values, no HTTP.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

Kind = Literal["model", "dataset", "space"]
KINDS: tuple[Kind, ...] = ("model", "dataset", "space")
MAIN = "refs/heads/main"


def hex_id(*parts: str) -> str:
    """Return the 24 hex digits that the Hub calls `_id`; the same for the same name, always."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:24]


def xet_hash_of(content: bytes) -> str:
    """Return what stands for the Xet hash of a file that was not uploaded.

    The real one is the root of a tree of chunks; this only has to differ with the content.
    """
    return hashlib.sha256(b"xet" + content).hexdigest()


def wire_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass(frozen=True)
class Org:
    name: str
    fullname: str
    details: str
    plan: str | None = None
    is_verified: bool = False
    followers: int = 0

    @property
    def id(self) -> str:
        return hex_id(self.name)


@dataclass(frozen=True)
class Membership:
    org: Org
    role: Literal["read", "contributor", "write", "admin"]
    resource_groups: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class Account:
    name: str
    fullname: str
    is_pro: bool = False
    details: str = ""
    memberships: tuple[Membership, ...] = ()
    has_uploaded_avatar: bool = False
    created_at: datetime = datetime(2023, 3, 14, 9, 26, 53, tzinfo=UTC)

    @property
    def id(self) -> str:
        return hex_id(self.name)


@dataclass(frozen=True)
class File:
    path: str
    content: bytes
    is_lfs: bool = False

    @property
    def size(self) -> int:
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def xet_hash(self) -> str:
        return xet_hash_of(self.content)

    @property
    def pointer(self) -> bytes:
        """What git stores in place of a large file."""
        return (
            "version https://git-lfs.github.com/spec/v1\n"
            f"oid sha256:{self.sha256}\nsize {self.size}\n"
        ).encode()

    @cached_property
    def oid(self) -> str:
        return git_oid("blob", self.pointer if self.is_lfs else self.content)


@dataclass(frozen=True)
class Commit:
    title: str
    author: str
    date: datetime
    files: Mapping[str, File]
    message: str = ""

    @cached_property
    def oid(self) -> str:
        listing = "".join(f"{path} {file.oid}\n" for path, file in sorted(self.files.items()))
        return git_oid("commit", f"{self.title}\n{self.author}\n{self.date}\n{listing}".encode())


@dataclass(frozen=True)
class Variable:
    """Of a Space's environment; a secret looks the same, and its value is not told."""

    key: str
    value: str
    description: str | None = None


@dataclass
class Discussion:
    """About a repository; one with a branch of its own, refs/pr/{num}, is a pull request."""

    num: int
    title: str
    author: str
    created_at: datetime
    is_pull_request: bool = False
    status: Literal["open", "closed", "merged", "draft"] = "open"
    events: list[dict[str, Any]] = field(default_factory=list)
    merge_commit: str | None = None


@dataclass
class Repo:
    kind: Kind
    id: str
    created_at: datetime
    refs: dict[str, list[Commit]]  # full name of the ref -> its commits, the newest first
    private: bool = False
    gated: Literal["auto", "manual", False] = False
    disabled: bool = False
    likes: int = 0
    downloads: int = 0
    downloads_all_time: int = 0
    trending_score: int = 0
    tags: tuple[str, ...] = ()
    card: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)  # what only this kind of repository has
    granted: frozenset[str] = frozenset()  # users let in through the gate
    discussions: list[Discussion] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    secrets: dict[str, Variable] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.id.partition("/")[0]

    @property
    def head(self) -> Commit:
        return self.refs[MAIN][0]

    @property
    def last_modified(self) -> datetime:
        return self.head.date

    def history(self, revision: str) -> list[Commit] | None:
        """Return the commits of a branch, a tag, a full ref or a commit id; None when unknown."""
        revision = "main" if revision == "HEAD" else revision
        for ref in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
            if ref in self.refs:
                return self.refs[ref]
        if len(revision) >= 7:
            for commits in self.refs.values():
                for place, commit in enumerate(commits):
                    if commit.oid.startswith(revision):
                        return commits[place:]
        return None

    def large_files(self) -> Iterator[File]:
        """Return the files of any commit that are stored outside of git."""
        for commits in self.refs.values():
            for commit in commits:
                yield from (file for file in commit.files.values() if file.is_lfs)

    def large_content(self, sha256: str) -> bytes | None:
        return next((f.content for f in self.large_files() if f.sha256 == sha256), None)


def git_oid(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()
