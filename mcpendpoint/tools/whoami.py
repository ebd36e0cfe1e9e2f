"""hf_whoami: whose credential this is and what it allows. Never fails: it says what is unknown."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import orjson
from django.conf import settings
from pydantic import ConfigDict

from accounts import identity
from accounts.identity import HubUnreachable, TokenRefused, WhoAmI
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolError, ToolOutput

MAX_OAUTH_TOKEN_CHARS = 16_384


class WhoAmIArguments(Arguments):
    pass


class Strict(Result):
    model_config = ConfigDict(extra="forbid")


class Account(Strict):
    id: str
    type: Literal["user", "org", "app"]
    name: str
    url: str | None = None
    is_pro: bool | None = None


class ResourceGroup(Strict):
    id: str
    name: str
    role: str | None = None


class Organization(Strict):
    id: str
    name: str
    display_name: str
    url: str
    role: str | None = None
    plan: str | None = None
    security_restrictions: list[str] | None = None
    resource_groups: list[ResourceGroup] | None = None


class Entity(Strict):
    id: str
    type: str
    name: str | None = None


class Restriction(Strict):
    resource_type: str
    patterns: list[str]


class Grant(Strict):
    entity: Entity
    permissions: list[str]
    restrictions: list[Restriction] | None = None


class Permissions(Strict):
    scoped: list[Grant]
    global_: list[str] | None = None
    can_read_gated_repos: bool | None = None

    model_config = ConfigDict(alias_generator=lambda name: name.rstrip("_"), populate_by_name=True)


class PersonalAccessToken(Strict):
    type: Literal["personal_access_token"] = "personal_access_token"  # noqa: S105  no secret
    role: str
    created_at: datetime | None = None
    permissions: Permissions | None = None


class OAuth(Strict):
    type: Literal["oauth"] = "oauth"
    expires_at: datetime | None = None
    scopes: list[str] | None = None


class AppEntity(Strict):
    type: str | None = None
    name: str


class AppToken(Strict):
    type: Literal["app_token"] = "app_token"  # noqa: S105  no secret
    role: str | None = None
    entities: list[AppEntity] = []


class OtherCredential(Strict):
    type: Literal["other"] = "other"
    expires_at: datetime | None = None


Credential = PersonalAccessToken | OAuth | AppToken | OtherCredential


class WhoAmIResult(Strict):
    status: Literal["authenticated", "anonymous", "authentication_unverified"]
    account: Account | None
    organizations: list[Organization]
    credential: Credential | None = None
    guidance: str | None = None


async def run(arguments: WhoAmIArguments, context: ToolContext) -> ToolOutput:
    result = await _ask(context)
    return ToolOutput(result, render(result))


async def _ask(context: ToolContext) -> WhoAmIResult:
    try:
        token = await context.hub_token()
        if token is None:
            return _without_account(
                "anonymous",
                "Requests are anonymous: only public content, with low rate limits. "
                f"The user can sign in and choose tools at {context.settings_url}",
            )
        return _of(await identity.whoami(token), token)
    except (TokenRefused, ToolError):
        return _without_account(
            "authentication_unverified",
            "Hugging Face did not accept the credential: it expired or was revoked. "
            f"The user should sign in again at {context.settings_url}",
        )
    except HubUnreachable as error:
        return _without_account(
            "authentication_unverified",
            "Hugging Face could not be asked who this credential belongs to. "
            f"Try again in {error.retry_after_seconds} seconds.",
        )


def _without_account(
    status: Literal["anonymous", "authentication_unverified"], guidance: str
) -> WhoAmIResult:
    return WhoAmIResult(status=status, account=None, organizations=[], guidance=guidance)


def _of(who: WhoAmI, token: str) -> WhoAmIResult:
    url = None if who.type == "app" else f"{settings.HF_ENDPOINT}/{who.name}"
    return WhoAmIResult(
        status="authenticated",
        account=Account(id=who.id, type=who.type, name=who.name, url=url, is_pro=who.is_pro),
        organizations=[_organization(org) for org in who.orgs],
        credential=_credential(who, token),
    )


def _organization(org: identity.Organization) -> Organization:
    return Organization(
        id=org.id,
        name=org.name,
        display_name=org.fullname or org.name,
        url=f"{settings.HF_ENDPOINT}/{org.name}",
        role=org.role_in_org,
        plan=org.plan,
        security_restrictions=org.security_restrictions or None,
        resource_groups=[
            ResourceGroup(id=group.id, name=group.name, role=group.role)
            for group in org.resource_groups or []
        ]
        or None,
    )


def _credential(who: WhoAmI, token: str) -> Credential:
    auth = who.auth
    if auth.type == "oauth" or token.startswith("hf_oauth_"):
        return OAuth(expires_at=auth.expires_at, scopes=oauth_scopes(token))
    if who.type == "app" or auth.type == "app_token":
        return AppToken(role=auth.access_token.role if auth.access_token else None)
    if auth.access_token is None:
        return OtherCredential(expires_at=auth.expires_at)
    fine = auth.access_token.fine_grained
    role = auth.access_token.role or "unknown"
    return PersonalAccessToken(
        role="fine_grained" if role == "fineGrained" else role,
        created_at=auth.access_token.created_at,
        permissions=_permissions(fine) if fine else None,
    )


def _permissions(fine: identity.FineGrained) -> Permissions:
    return Permissions(
        scoped=[
            Grant(
                entity=Entity(id=grant.entity.id, type=grant.entity.type, name=grant.entity.name),
                permissions=grant.permissions,
                restrictions=[
                    Restriction(
                        resource_type=pattern.resource_type.replace("-", "_"),
                        patterns=pattern.wildcard_patterns,
                    )
                    for pattern in grant.patterns or []
                ]
                or None,
            )
            for grant in fine.scoped
        ],
        global_=fine.global_,
        can_read_gated_repos=fine.can_read_gated_repos,
    )


def oauth_scopes(token: str) -> list[str] | None:
    """Return the scopes that an OAuth token names itself: information, never proof."""
    parts = token.removeprefix("hf_oauth_").split(".")
    if len(token) > MAX_OAUTH_TOKEN_CHARS or len(parts) != 3:
        return None
    try:
        payload: Any = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    scope = payload.get("scope") if isinstance(payload, dict) else None
    if isinstance(scope, str):
        scope = scope.split()
    return [str(item) for item in scope] if isinstance(scope, list) else None


def render(result: WhoAmIResult) -> str:
    parts = ["# Hugging Face authentication"]
    if result.account is None:
        parts.append(result.guidance or "")
        return "\n\n".join(parts)
    account = result.account
    name = markdown.code(account.name)
    shown = f"[@{account.name}]({account.url}) ({name})" if account.url else name
    parts += [
        f"Authenticated as {shown}.",
        markdown.bullets(
            (
                ("Account id", markdown.code(account.id)),
                ("Type", account.type),
                ("PRO", None if account.is_pro is None else "yes" if account.is_pro else "no"),
            )
        ),
        *_credential_lines(result.credential),
        *_organization_lines(result.organizations),
    ]
    return "\n\n".join(part for part in parts if part)


def _credential_lines(credential: Credential | None) -> Iterator[str]:
    if credential is None:
        return
    yield "## Current credential"
    pairs: list[tuple[str, str | None]] = [("Type", credential.type.replace("_", " "))]
    match credential:
        case PersonalAccessToken(role=role, created_at=created_at):
            pairs += [("Role", role), ("Created", markdown.date(created_at))]
        case OAuth(expires_at=expires_at, scopes=scopes):
            expires = expires_at.isoformat() if expires_at else None
            pairs += [("Expires", expires), ("Scopes", ", ".join(scopes or []))]
        case AppToken(role=role):
            pairs.append(("Role", role))
        case OtherCredential(expires_at=expires_at):
            pairs.append(("Expires", expires_at.isoformat() if expires_at else None))
    yield markdown.bullets(pairs)
    if isinstance(credential, PersonalAccessToken) and credential.permissions:
        yield from _permission_lines(credential.permissions)


def _permission_lines(permissions: Permissions) -> Iterator[str]:
    if permissions.scoped:
        yield "### Scoped permissions"
    for grant in permissions.scoped:
        entity = grant.entity
        yield f"#### {entity.type}: {markdown.code(entity.name or entity.id)}"
        lines = [f"- {permission}" for permission in grant.permissions]
        lines += [
            f"- Only {rule.resource_type.replace('_', ' ')}s: {markdown.some(rule.patterns, 20)}"
            for rule in grant.restrictions or []
        ]
        yield "\n".join(lines)
    general = [f"- {permission}" for permission in permissions.global_ or []]
    if permissions.can_read_gated_repos is not None:
        may = "may" if permissions.can_read_gated_repos else "may not"
        general.append(f"- {may} read gated repositories the account has access to")
    if general:
        yield "### Global permissions"
        yield "\n".join(general)


def _organization_lines(organizations: list[Organization]) -> Iterator[str]:
    if organizations:
        yield "## Organization memberships"
    for org in organizations:
        yield f"### [{markdown.one_line(org.display_name, 100)}]({org.url}) (`{org.name}`)"
        yield markdown.bullets(
            (
                ("Role", org.role),
                ("Plan", org.plan),
                ("Security restrictions", ", ".join(org.security_restrictions or [])),
                ("Resource groups", ", ".join(_group(g) for g in org.resource_groups or [])),
            )
        )


def _group(group: ResourceGroup) -> str:
    return f"{markdown.one_line(group.name, 100)} ({group.role})" if group.role else group.name


WHOAMI = Tool(
    name="hf_whoami",
    title="Who am I on Hugging Face",
    purpose="Says which Hugging Face account is used, its organizations and its permissions.",
    description=(
        "Show the Hugging Face account in use, its organizations, and the kind and permissions "
        "of the credential. Call it when something is private, forbidden or needs a namespace."
    ),
    arguments=WhoAmIArguments,
    result=WhoAmIResult,
    run=run,
    is_open_world=False,
    is_always_on=True,
)
