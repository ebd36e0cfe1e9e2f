"""What a client may do, in words for programs and for people. Pure: no I/O."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django import forms
from django.http import QueryDict

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
        "Create and change repositories and discussions, and run jobs, which can cost money. "
        "This includes reading.",
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


def scope_rows(ticked: Container[str]) -> list[tuple[Scope, ScopeLabel, bool]]:
    """Return a row of a form for each scope: what it is, and whether it is ticked."""
    return [(scope, words, scope in ticked) for scope, words in LABELS.items()]


def scope_titles(scopes: Container[str]) -> list[str]:
    return [words.title for scope, words in LABELS.items() if scope in scopes]


def read_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes in a space-separated text, without words that are none of ours."""
    return frozenset(scope for scope in Scope if scope in text.split())


def write_scopes(scopes: Iterable[Scope]) -> str:
    given = set(scopes)
    return " ".join(scope for scope in Scope if scope in given)


class ScopesForm(forms.Form):
    """What an app or key may do from now on; `grantable` is what its owner can give it."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, words.title) for scope, words in LABELS.items()],
        error_messages={
            "required": "Tick at least one thing that it may do, or take its access away.",
            "invalid_choice": "There is no scope %(value)s.",
        },
    )

    def __init__(self, grantable: Container[Scope], data: QueryDict) -> None:
        super().__init__(data)
        self._grantable = grantable

    def clean_scopes(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["scopes"]
        if beyond := [scope for scope in chosen if Scope(scope) not in self._grantable]:
            titles = " · ".join(scope_titles(beyond))
            raise forms.ValidationError(
                f"Your own sign-in does not allow this: {titles}. Allow it in your settings first."
            )
        return chosen

    @property
    def problem(self) -> str:
        return f"Nothing was changed. {self.errors['scopes'][0]}"

    @property
    def chosen(self) -> frozenset[Scope]:
        return frozenset(map(Scope, self.cleaned_data["scopes"]))
