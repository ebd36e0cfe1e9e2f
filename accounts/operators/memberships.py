"""The organizations of people, as Hugging Face tells them: at each sign-in, and when a sign-in is
renewed.

`orgs` of userinfo comes with the scope `profile`, which every sign-in asks for, and `whoami-v2` has
them for a pasted token. `securityRestrictions` are what a member has not done yet that the
organization asks for, such as a second factor (huggingface_hub's `OAuthOrgInfo`); `pendingSSO` and
`missingMFA` say the same of one thing each (huggingface.js, packages/hub/src/lib/
oauth-handle-redirect.ts). Until it is done the membership counts for nothing here.
"""

import logging
from collections.abc import Iterable
from typing import Annotated, Any

from django.conf import settings
from django.db import DatabaseError, transaction
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from accounts.hub_names import HubId, HubName, is_hub_name
from accounts.hub_sign_in import fetch_json
from accounts.identity import WhoAmI
from accounts.models import User
from accounts.operators.bindings import bind_names, is_any_written
from accounts.operators.models import Membership
from accounts.operators.subjects import OF_ORGANIZATION, Organization
from accounts.outgoing.errors import OutgoingError
from accounts.preferences import announce

logger = logging.getLogger(__name__)

MAX_ORGANIZATIONS = 200


class _OrgClaim(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    sub: HubId
    preferred_username: HubName
    security_restrictions: list[Any] | None = Field(default=None, alias="securityRestrictions")
    pending_sso: bool | None = Field(default=None, alias="pendingSSO")
    missing_mfa: bool | None = Field(default=None, alias="missingMFA")

    @property
    def is_due_something(self) -> bool:
        """Whether the member has yet to do what the organization asks for."""
        return bool(self.security_restrictions or self.pending_sso or self.missing_mfa)


_org_claim = TypeAdapter(_OrgClaim)


def _read(claims: Any) -> tuple[Organization, ...]:
    """One that makes no sense, or has something due of its member, spoils no other."""
    if not isinstance(claims, list):
        return ()
    read = []
    for claim in claims[:MAX_ORGANIZATIONS]:
        try:
            org = _org_claim.validate_python(claim)
        except ValidationError:
            continue
        if not org.is_due_something:
            read.append(Organization(org.sub, org.preferred_username))
    return tuple(read)


Organizations = Annotated[tuple[Organization, ...], BeforeValidator(_read)]
"""The claim `orgs` of userinfo."""


class _UserInfo(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    sub: HubId
    orgs: Organizations = ()


def organizations_of(account: WhoAmI) -> tuple[Organization, ...]:
    """Return those that a token tells of."""
    return tuple(
        Organization(org.id, org.name)
        for org in account.orgs[:MAX_ORGANIZATIONS]
        if not org.security_restrictions and is_hub_name(org.name) and 0 < len(org.id) <= 64
    )


def store_memberships(user: User, organizations: Iterable[Organization]) -> None:
    """Let these be the organizations of a user, and no others."""
    told = {each.hf_id: each.name for each in organizations}
    stored = dict(Membership.objects.filter(user=user).values_list("org_id", "name"))
    if stored == told:
        return
    changed = {org_id for org_id in stored if told.get(org_id) != stored[org_id]}
    Membership.objects.filter(user=user, org_id__in=changed).delete()
    Membership.objects.bulk_create(
        (
            Membership(user=user, org_id=org_id, name=name)
            for org_id, name in told.items()
            if stored.get(org_id) != name
        ),
        ignore_conflicts=True,
    )


def renew_memberships(user_id: int, access_token: str) -> None:
    """Ask Hugging Face again, if any organization matters here. Never fails: those from before
    stay for want of an answer.
    """
    try:
        if not _organizations_matter():
            return
        claims = fetch_json("/oauth/userinfo", access_token, seconds=settings.HF_TIMEOUT_SECONDS)
        info = _UserInfo.model_validate(claims)
        with transaction.atomic():
            user = User.objects.filter(pk=user_id, hf_id=info.sub).first()
            if user is not None:
                bind_names(info.sub, user.username, info.orgs)
                store_memberships(user, info.orgs)
                announce(user.pk)
    except (OutgoingError, ValidationError, DatabaseError) as error:
        logger.warning("Organizations could not be asked for: %s.", type(error).__name__)


def _organizations_matter() -> bool:
    written = [*settings.ACCESS_ALLOWED, *settings.ACCESS_DENIED]
    by_settings = any(word.startswith(OF_ORGANIZATION) for word in written)
    return by_settings or is_any_written(OF_ORGANIZATION)
