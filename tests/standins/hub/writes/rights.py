"""Who may change what; raises the Hub's refusals."""

from tests.standins.hub import errors
from tests.standins.hub.callers import Caller
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import Kind, Repo

WRITE_SCOPES = {"write-repos", "manage-repos"}


def may_write(caller: Caller | None, repo: Repo) -> bool:
    if caller is None:
        return False
    if caller.fine_grained is not None:
        scope = caller.fine_grained
        return (repo.kind, repo.id) in scope.repos and "repo.write" in scope.permissions
    return may_write_in(caller, repo.owner, WRITE_SCOPES)


def may_write_in(caller: Caller, owner: str, scopes: set[str]) -> bool:
    """Tell whether the token may change anything of that owner; `scopes` are those of OAuth."""
    if caller.auth == "oauth":
        return bool(caller.scopes & scopes) and owner in caller.writable
    return caller.role == "write" and owner in caller.writable


def require_write(caller: Caller | None, repo: Repo) -> Caller:
    if caller is None:
        raise errors.sign_in_needed()
    if not may_write(caller, repo):
        hint = "pass `create_pr=1` as a query parameter to create a Pull Request"
        raise HubError(403, f"Forbidden: {hint}")
    return caller


def require_creation(caller: Caller | None, kind: Kind, owner: str) -> Caller:
    if caller is None:
        raise errors.sign_in_needed()
    scopes = {"contribute-repos", "manage-repos"}
    if caller.fine_grained is not None or not may_write_in(caller, owner, scopes):
        what = f'create a {kind} under the namespace "{owner}"'
        raise HubError(403, f"You don't have the rights to {what}.")
    return caller


def require_management(caller: Caller | None, repo: Repo) -> Caller:
    """For what cannot be undone by another commit: deleting, moving, settings."""
    if caller is None:
        raise errors.sign_in_needed()
    is_allowed = caller.fine_grained is None and may_write_in(caller, repo.owner, {"manage-repos"})
    if not is_allowed:
        raise HubError(403, "You don't have the rights to change this repository.")
    return caller


def require_contribution(caller: Caller | None) -> Caller:
    """For pull requests and discussions, which everybody may open with a token that writes."""
    if caller is None:
        raise errors.sign_in_needed()
    has_right = (
        caller.role == "write"
        or bool(caller.scopes & (WRITE_SCOPES | {"write-discussions"}))
        or (
            caller.fine_grained is not None
            and "discussion.write" in caller.fine_grained.global_permissions
        )
    )
    if not has_right:
        raise HubError(403, "This token has no permission to write.")
    return caller
