"""What a client may do, in words for programs and for people. Pure: no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from oauth2_provider.scopes import BaseScopes

from accounts.catalogue import Effect


class Scope(StrEnum):
    READ = "mcp:read"
    SPACES = "mcp:spaces"
    WRITE = "mcp:write"


@dataclass(frozen=True)
class ScopeLabel:
    title: str
    meaning: str


LABELS = {
    Scope.READ: ScopeLabel(
        "Read on Hugging Face",
        "Search and read what you can see there: models, datasets, Spaces, papers, your account.",
    ),
    Scope.SPACES: ScopeLabel(
        "Run Spaces",
        "Call the Spaces that you selected, with your account's compute quota.",
    ),
    Scope.WRITE: ScopeLabel(
        "Make changes on Hugging Face",
        "Create and change repositories and discussions, and run jobs, which can cost money.",
    ),
}

ALL_SCOPES = frozenset(Scope)

DEFAULT_SCOPES = (Scope.READ, Scope.SPACES)
"""For a client that does not say what it wants: what this server is mainly for."""

_IMPLIED = {Scope.WRITE: {Scope.READ}}


def scopes_for(effects: Iterable[Effect]) -> frozenset[Scope]:
    """Return what a caller needs to run a tool that has these effects."""
    needed = set()
    for effect in set(effects):
        match effect:
            case Effect.READ:
                needed.add(Scope.READ)
            case Effect.WRITE:
                needed.add(Scope.WRITE)
            case Effect.SPEND:
                needed.add(Scope.SPACES)
    if Scope.WRITE in needed and Effect.SPEND in effects:
        # Jobs spend too, and whoever may start them need not be able to run Spaces.
        needed.discard(Scope.SPACES)
    return frozenset(needed)


def with_implied(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Add what somebody who has these may do all the same."""
    given = set(scopes)
    return frozenset(given.union(*(_IMPLIED.get(scope, set()) for scope in given)))


def read_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes in a space-separated text, without words that are none of ours."""
    return frozenset(scope for scope in Scope if scope in text.split())


def write_scopes(scopes: Iterable[Scope]) -> str:
    given = set(scopes)
    return " ".join(scope for scope in Scope if scope in given)


class McpScopes(BaseScopes):
    """Tells django-oauth-toolkit. A client cannot widen what it may ask for by registering."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope.value: words.title for scope, words in LABELS.items()}

    def get_available_scopes(self, *args: object, **kwargs: object) -> list[str]:
        return [scope.value for scope in Scope]

    def get_default_scopes(self, *args: object, **kwargs: object) -> list[str]:
        return [scope.value for scope in DEFAULT_SCOPES]
