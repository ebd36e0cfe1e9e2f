"""hf_whoami: whose credential this is and what it allows. Never fails: it says what is unknown."""

from typing import Literal

from django.conf import settings

from accounts import identity
from accounts.identity import HubUnreachable, TokenRefused, WhoAmI
from mcpendpoint.tools.base import Arguments, Tool, ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.markdown import count
from mcpendpoint.tools.whoami.results import (
    Account,
    AppEntity,
    AppToken,
    Credential,
    Entity,
    Grant,
    OAuth,
    Organization,
    OtherCredential,
    Permissions,
    PersonalAccessToken,
    ResourceGroup,
    Restriction,
    WhoAmIResult,
)
from mcpendpoint.tools.whoami.scopes import oauth_scopes
from mcpendpoint.tools.whoami.text import render


class WhoAmIArguments(Arguments):
    pass


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
                f"The user can {context.directions.sign_in}.",
            )
        return await _ask_as(token, context)
    except ToolError as error:
        return _without_account("authentication_unverified", str(error))
    except TokenRefused:
        return _without_account(
            "authentication_unverified",
            "Hugging Face did not accept the credential: it expired or was revoked. "
            f"The user should {context.directions.renew}.",
        )
    except HubUnreachable as error:
        return _without_account(
            "authentication_unverified",
            "Hugging Face could not be asked who this credential belongs to. "
            f"Try again in {count(error.retry_after_seconds, 'second')}.",
        )


async def _ask_as(token: str, context: ToolContext) -> WhoAmIResult:
    try:
        return _of(await identity.whoami(token), token)
    except TokenRefused:
        await context.recheck_hub_token(token)
        raise


def _without_account(
    status: Literal["anonymous", "authentication_unverified"], guidance: str
) -> WhoAmIResult:
    return WhoAmIResult(
        status=status, account=None, organizations=[], credential=None, guidance=guidance
    )


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
        return _app_token(who)
    if auth.access_token is None:
        return OtherCredential(expires_at=auth.expires_at)
    fine = auth.access_token.fine_grained
    role = auth.access_token.role or "unknown"
    return PersonalAccessToken(
        role="fine_grained" if role == "fineGrained" else role,
        created_at=auth.access_token.created_at,
        permissions=_permissions(fine) if fine else None,
    )


def _app_token(who: WhoAmI) -> AppToken:
    if who.scope is None:
        return AppToken(role=who.auth.access_token.role if who.auth.access_token else None)
    entities = [AppEntity(type=item.type, name=item.name) for item in who.scope.entities]
    return AppToken(role=who.scope.role, entities=entities)


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
