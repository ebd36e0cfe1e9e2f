"""What a Hugging Face credential allows, and which scopes can be granted by it. Pure: no I/O.

Powers are the Hub's own words: scopes of OAuth (https://huggingface.co/docs/hub/oauth), roles of
access tokens (`AccessTokenRole` in huggingface.js, packages/hub/src/types/public.ts), permissions
of fine-grained ones as `whoami-v2` lists them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.authorization.scopes import Scope
from accounts.identity import AccessTokenInfo, FineGrained

FINE_GRAINED = "fineGrained"
MAX_WORDS = 500

_READING = frozenset({"openid", "profile", "read-repos", "gated-repos", "inference-api"})
"""What counts of a token of the role "read", in OAuth's words; what sign-in asks for covers it."""

_CHANGING = frozenset(
    {
        "contribute-repos",
        "write-repos",
        "manage-repos",
        "write-collections",
        "write-discussions",
        "write-endpoints",
        "jobs",
        "webhooks",
    }
)


@dataclass(frozen=True)
class Powers:
    names: frozenset[str] = frozenset()
    has_all: bool = False

    def cover(self, other: "Powers") -> bool:
        """Return whether these are all that the other has, or more."""
        return self.has_all or (not other.has_all and self.names >= other.names)

    @property
    def can_change(self) -> bool:
        return self.has_all or any(map(_changes, self.names))

    @property
    def unchanging(self) -> "Powers":
        return Powers(frozenset(name for name in self.names if not _changes(name)))


NO_POWERS = Powers()
_OF_ROLES = {
    "read": Powers(_READING),
    "contributor": Powers(_READING | {"contribute-repos"}),
    "write": Powers(_READING, has_all=True),
    "admin": Powers(_READING, has_all=True),
}


def powers_of_scope(scope: str) -> Powers:
    """Return what an OAuth credential of this scope may do."""
    return Powers(frozenset(scope.split()))


def powers_of_token(scope: str) -> Powers:
    """Return what an access token may do, of which `scope_of_token` noted this."""
    role, *permissions = scope.split() or [""]
    if role == FINE_GRAINED:
        return Powers(frozenset(permissions))
    # A role that is not known may do nothing that anybody relies on.
    return _OF_ROLES.get(role, NO_POWERS)


def scope_of_token(info: AccessTokenInfo | None) -> str:
    """Return the role of an access token, and the permissions of a fine-grained one."""
    role = (info and info.role) or ""
    words = set(_permissions(info.fine_grained)) if info and info.fine_grained else set()
    return " ".join([role, *sorted(words)[:MAX_WORDS]]).strip()


def _permissions(fine_grained: FineGrained) -> Iterable[str]:
    yield from filter(_is_word, fine_grained.global_ or ())
    for grant in fine_grained.scoped:
        for permission in filter(_is_word, grant.permissions):
            word = f"{permission}@{grant.entity.id}"
            if _is_word(word):
                yield word


def _is_word(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text and 0 < len(text) <= 120


def _changes(name: str) -> bool:
    if name in _CHANGING:
        return True
    # A fine-grained permission, such as "repo.write"; those of inference only spend.
    permission = name.partition("@")[0]
    return permission.endswith(".write") and not permission.startswith("inference.serverless")


def grantable_scopes(stored: Powers, session: Powers | None = None) -> frozenset[Scope]:
    """Return the scopes that keys and apps can have with a stored credential.

    `session` is what the credential may do that opened the session, None for one that was opened
    at Hugging Face itself: a token with few permissions grants no more than those.
    """
    scopes = {Scope.READ, Scope.SPACES}
    if stored.can_change:
        scopes.add(Scope.WRITE)
    if session is not None and not session.cover(stored):
        scopes.discard(Scope.WRITE)
        if not session.cover(stored.unchanging):
            scopes.clear()
    return frozenset(scopes)
