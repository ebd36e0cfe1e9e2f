"""Who am I, and the public pages' data of users and organizations."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors, paging
from tests.standins.hub.callers import Caller, caller_of
from tests.standins.hub.records import KINDS, Account, Membership, Org, hex_id, wire_date
from tests.standins.hub.state import Hub

COLOURS = ("#e8590c", "#2f9e44", "#1971c2", "#9c36b5", "#c2255c", "#0c8599")


async def whoami(request: Request) -> Response:
    caller = caller_of(request)
    if caller is None:
        raise errors.sign_in_needed()
    return JSONResponse(_principal(request, caller))


def _principal(request: Request, caller: Caller) -> dict[str, Any]:
    answer = {"type": caller.type, "id": caller.id, "name": caller.name, "auth": _auth(caller)}
    if caller.type == "app":
        entities = [{"type": "model", "name": "acme/tiny-llm"}, "acme/squad"]
        return {**answer, "scope": {"role": caller.role, "entities": entities}}
    account = caller.account
    if account is None:
        return answer
    return {
        **answer,
        "fullname": account.fullname,
        "email": f"{account.name.lower()}@example.org",
        "emailVerified": True,
        "canPay": account.is_pro,
        "isPro": account.is_pro,
        "periodEnd": None,
        "avatarUrl": avatar_url(request, account.name, is_uploaded=account.has_uploaded_avatar),
        "orgs": [_membership(request, membership) for membership in account.memberships],
    }


def _auth(caller: Caller) -> dict[str, Any]:
    if caller.auth == "oauth":
        return {"type": "oauth", "expiresAt": "2030-01-01T00:00:00.000Z"}
    if caller.auth in ("app_token", "app_token_as_user"):
        return {"type": caller.auth}
    token: dict[str, Any] = {
        "displayName": caller.token_name,
        "role": caller.role,
        "createdAt": "2026-01-01T00:00:00.000Z",
    }
    if caller.fine_grained is not None:
        scope = caller.fine_grained
        token["fineGrained"] = {
            "canReadGatedRepos": scope.can_read_gated_repos,
            "global": list(scope.global_permissions),
            "scoped": [
                {
                    "entity": {"_id": hex_id(kind, name), "type": kind, "name": name},
                    "permissions": list(scope.permissions),
                }
                for kind, name in sorted(scope.repos)
            ],
        }
    return {"type": "access_token", "accessToken": token}


def _membership(request: Request, membership: Membership) -> dict[str, Any]:
    org = membership.org
    return {
        "type": "org",
        "id": org.id,
        "name": org.name,
        "fullname": org.fullname,
        "email": None,
        "canPay": False,
        "isEnterprise": org.plan == "enterprise",
        **({"plan": org.plan} if org.plan else {}),
        "avatarUrl": avatar_url(request, org.name, is_uploaded=True),
        "roleInOrg": membership.role,
        "securityRestrictions": ["mfa"] if org.plan == "enterprise" else [],
        "resourceGroups": list(membership.resource_groups),
    }


def summary(request: Request, name: str) -> dict[str, Any]:
    """Describe a user as beside what they made; anybody, since any name can have a token."""
    account = request.app.state.hub.accounts.get(name) or Account(name, name.title())
    return {
        "_id": account.id,
        "avatarUrl": avatar_url(request, name, is_uploaded=account.has_uploaded_avatar),
        "isPro": account.is_pro,
        "fullname": account.fullname,
        "user": name,
        "type": "user",
    }


def organization(request: Request, name: str) -> dict[str, Any]:
    org = request.app.state.hub.orgs[name]
    return {
        **_org(request, org),
        "_id": org.id,
        "avatar": avatar_url(request, name, is_uploaded=True),
    }


def owner(request: Request, name: str) -> dict[str, Any]:
    """Describe who owns something: an organization or a user."""
    if name in request.app.state.hub.orgs:
        return {**organization(request, name), "type": "org"}
    return {**summary(request, name), "name": name}


async def user_overview(request: Request) -> Response:
    hub: Hub = request.app.state.hub
    caller = caller_of(request)
    account = hub.accounts.get(request.path_params["name"])
    if account is None and caller and caller.name == request.path_params["name"]:
        account = caller.account
    if account is None:
        raise errors.HubError(404, "This user does not exist")
    return JSONResponse(
        {
            "_id": account.id,
            "avatarUrl": avatar_url(request, account.name, is_uploaded=account.has_uploaded_avatar),
            "isPro": account.is_pro,
            "fullname": account.fullname,
            "details": account.details,
            **_counts(hub, account.name),
            "numPapers": _papers_of(hub, account.name),
            "numDiscussions": len(account.name) * 3,
            "numUpvotes": len(account.name) * 7,
            "numLikes": len(account.name) * 11,
            "numFollowers": len(account.name) * 5,
            "numFollowing": len(account.name) * 2,
            "orgs": [_org(request, membership.org) for membership in account.memberships],
            "user": account.name,
            "type": "user",
            "isFollowing": False,
            "createdAt": wire_date(account.created_at),
        }
    )


async def organization_overview(request: Request) -> Response:
    org = _find_org(request)
    hub: Hub = request.app.state.hub
    return JSONResponse(
        {
            "_id": org.id,
            **_org(request, org),
            "details": org.details,
            "isEnterprise": org.plan == "enterprise",
            "plan": org.plan,
            "isVerified": org.is_verified,
            "numUsers": len(_members(hub, org)),
            **_counts(hub, org.name),
            "numFollowers": org.followers,
            "numPapers": sum(paper.organization == org.name for paper in hub.papers.values()),
            "type": "org",
            "isFollowing": False,
        }
    )


async def organization_members(request: Request) -> Response:
    members = [
        {
            "_id": account.id,
            "user": account.name,
            "fullname": account.fullname,
            "isPro": account.is_pro,
            "type": "user",
            "avatarUrl": avatar_url(request, account.name, is_uploaded=account.has_uploaded_avatar),
        }
        for account in _members(request.app.state.hub, _find_org(request))
    ]
    return paging.page(request, members, size=50, max_size=100)


def _find_org(request: Request) -> Org:
    hub: Hub = request.app.state.hub
    caller_of(request)  # a bad token is refused even where none is needed
    org = hub.orgs.get(request.path_params["name"])
    if org is None:
        raise errors.HubError(404, "This organization does not exist")
    return org


def _members(hub: Hub, org: Org) -> list[Account]:
    return [
        account
        for account in hub.accounts.values()
        if any(membership.org == org for membership in account.memberships)
    ]


def _counts(hub: Hub, owner: str) -> dict[str, int]:
    owned = [repo.kind for repo in hub.repos.values() if repo.owner == owner and not repo.private]
    return {f"num{kind.title()}s": owned.count(kind) for kind in KINDS}


def _papers_of(hub: Hub, username: str) -> int:
    return sum(
        any(author.username == username for author in paper.authors)
        for paper in hub.papers.values()
    )


def _org(request: Request, org: Org) -> dict[str, Any]:
    return {
        "id": org.id,
        "name": org.name,
        "fullname": org.fullname,
        "avatarUrl": avatar_url(request, org.name, is_uploaded=True),
    }


def avatar_url(request: Request, name: str, *, is_uploaded: bool) -> str:
    """Return a path for a picture that the Hub drew itself, a whole URL for an uploaded one."""
    path = f"avatars/{name}.svg"
    return f"{request.base_url}{path}" if is_uploaded else f"/{path}"


async def avatar(request: Request) -> Response:
    name = request.path_params["name"]
    colour = COLOURS[int(hex_id(name), 16) % len(COLOURS)]
    initial = name[0].upper() if name[0].isalnum() else "?"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" fill="{colour}"/>'
        '<text x="32" y="43" font-family="sans-serif" font-size="32" fill="#fff" '
        f'text-anchor="middle">{initial}</text></svg>'
    )
    return Response(svg, media_type="image/svg+xml")
