"""Who asks: which tokens there are, whose they are, and what their owners may see.

`hf_user_<name>` (may write), `hf_read_<name>`, `hf_fine_<name>` (fine-grained), `hf_space_<name>`
(of a Space) and `hf_oauth_<name>_<anything>` are valid for any name, so that each test can have
a user of its own. An OAuth token may end in its scopes: `hf_oauth_alice_1a2b.write-repos.jobs`.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import HTTPConnection

from tests.standins.hub import errors
from tests.standins.hub.records import Account, Kind, Repo, hex_id
from tests.standins.hub.state import Hub

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,94}[A-Za-z0-9])?"
USER_TOKEN = re.compile(rf"hf_(user|read|fine|space)_({NAME}(?:_{NAME})*)")
OAUTH_TOKEN = re.compile(rf"hf_oauth_({NAME}(?:_{NAME})*)_[^_\s.]+\.?([^_\s]*)")
Role = Literal["read", "write", "fineGrained"]


@dataclass(frozen=True)
class FineGrained:
    can_read_gated_repos: bool = False
    repos: frozenset[tuple[Kind, str]] = frozenset()
    permissions: tuple[str, ...] = ("repo.content.read",)
    global_permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Caller:
    """A valid token and the principal behind it."""

    name: str
    type: Literal["user", "org", "app"] = "user"
    account: Account | None = None
    auth: Literal["access_token", "oauth", "app_token", "app_token_as_user"] = "access_token"
    role: Role = "read"
    token_name: str = "default"
    fine_grained: FineGrained | None = None
    namespaces: frozenset[str] = field(default=frozenset())  # whose private repositories it sees
    writable: frozenset[str] = field(default=frozenset())  # which of them it may change
    scopes: frozenset[str] = field(default=frozenset())  # of an OAuth token, those that write

    @property
    def id(self) -> str:
        return hex_id(self.name)

    def can_see(self, repo: Repo) -> bool:
        if not repo.private:
            return True
        if self.fine_grained is not None:
            return (repo.kind, repo.id) in self.fine_grained.repos
        return repo.owner in self.namespaces

    def sees_private_of(self, owner: str) -> bool:
        """Tell whether private things other than repositories are shown: buckets, collections."""
        return self.fine_grained is None and owner in self.namespaces

    def can_pass_gate(self, repo: Repo) -> bool:
        if not repo.gated:
            return True
        if self.fine_grained is not None and not self.fine_grained.can_read_gated_repos:
            return False
        return repo.owner in self.namespaces or self.name in repo.granted


def can_see(caller: Caller | None, repo: Repo) -> bool:
    return caller.can_see(repo) if caller else not repo.private


def can_pass_gate(caller: Caller | None, repo: Repo) -> bool:
    return caller.can_pass_gate(repo) if caller else not repo.gated


def caller_of(request: HTTPConnection) -> Caller | None:
    """Return who sent the request, None for anonymous; raises the 401 for a bad token."""
    header = request.headers.get("authorization")
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise errors.bad_credentials()
    if token == "hf_expired":
        raise errors.expired_token()
    caller = identify(request.app.state.hub, token.strip())
    if caller is None:
        raise errors.bad_credentials()
    return caller


def identify(hub: Hub, token: str) -> Caller | None:
    if token in hub.revoked_tokens:
        return None
    if token in FIXED:
        name, options = FIXED[token]
        return user(hub, name, **options)
    if token == "hf_app_acme":
        return Caller("acme-bot", type="app", auth="app_token", role="write")
    if token == "hf_org_acme":
        acme = frozenset({"acme"})
        return Caller("acme", type="org", role="write", namespaces=acme, writable=acme)
    if match := OAUTH_TOKEN.fullmatch(token):
        return user(hub, match[1], auth="oauth", scopes=frozenset(match[2].split(".")))
    if match := USER_TOKEN.fullmatch(token):
        return user(hub, match[2], **OF_KINDS[match[1]])
    return None


def user(hub: Hub, name: str, **options: Any) -> Caller:
    account = hub.accounts.get(name) or Account(name, name.replace("-", " ").title())
    orgs = {membership.org.name: membership.role for membership in account.memberships}
    writable = {org for org, role in orgs.items() if role in ("write", "admin")}
    return Caller(
        name,
        account=account,
        namespaces=frozenset({name, *orgs}),
        writable=frozenset({name, *writable}),
        **options,
    )


OF_KINDS: dict[str, dict[str, Any]] = {
    "user": {"role": "write"},
    "read": {"role": "read"},
    "fine": {
        "role": "fineGrained",
        "fine_grained": FineGrained(repos=frozenset({("model", "alice/private")})),
    },
    # What huggingface.js knows of besides (`AuthType`): a Space that acts as its user.
    "space": {"auth": "app_token_as_user"},
}

FIXED: dict[str, tuple[str, dict[str, Any]]] = {
    "hf_alice": ("alice", {"role": "write", "token_name": "laptop"}),
    "hf_bob": ("bob", {"role": "read", "token_name": "ci"}),
    "hf_admin": ("admin", {"role": "write", "token_name": "operations"}),
    "hf_finegrained": (
        "alice",
        {
            "role": "fineGrained",
            "token_name": "notebook",
            "fine_grained": FineGrained(
                can_read_gated_repos=True,
                repos=frozenset({("model", "alice/private")}),
                permissions=("repo.content.read", "repo.write"),
                global_permissions=("discussion.write",),
            ),
        },
    ),
}
