"""Request to Caller: who asks, by the credential in `Authorization` and nothing else.

A credential that is wrong, or that cannot be checked now, is refused. It never becomes anonymous.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from django.conf import settings

from accounts.access_keys import KeyOwner, find_access_key
from accounts.access_keys import note_use as note_key_use
from accounts.addresses import personal_path
from accounts.authorization.connections import note_use as note_app_use
from accounts.authorization.resources import is_good_at
from accounts.authorization.tokens import ACCESS_PREFIX, TokenGrant, find_token
from accounts.bearer import bearer_token
from accounts.caching import remember_short
from accounts.database import lookups
from accounts.groups.asking import offer_for_holder, offer_for_user
from accounts.groups.offers import Offer
from accounts.hub_names import is_hub_name
from accounts.identity import HubUnreachable, TokenRefused, whoami
from accounts.known_people import KnownPeople
from accounts.operators.access import Account, is_restricted, needs_sign_in, refusal_of_user
from accounts.operators.memberships import organizations_of
from accounts.people import has_held_name
from accounts.preferences import (
    NO_PREFERENCES,
    KnownUser,
    find_user,
)
from mcpendpoint.access.admission import check_person, read_blocks_at_first
from mcpendpoint.access.profiles import in_profile
from mcpendpoint.access.who import (
    ANONYMOUS,
    Caller,
    CallerElsewhere,
    CallerMoved,
    CallerRefused,
    Credential,
    NotAdmitted,
    UrlOwner,
    may_be_token,
)
from mcpendpoint.protocol.records import Reason
from mcpendpoint.protocol.request_head import RequestHead

SIGN_IN = "This URL needs a sign-in: let the client open its browser window, or send an access key."


def _invalid_token(message: str) -> CallerRefused:
    return CallerRefused(401, "invalid_token", message)


async def identify(head: RequestHead, owner: UrlOwner | None, *, must_sign_in: bool) -> Caller:
    """Return who asks; `owner` is None at the shared address.

    Raises CallerRefused.
    """
    caller = await read_credential(head)
    if caller is ANONYMOUS:
        if must_sign_in or owner is not None or needs_sign_in():
            raise CallerRefused(401, "", SIGN_IN, reason=Reason.NO_CREDENTIAL)
        return caller
    if owner is not None and (caller.username or "").lower() != owner.username.lower():
        raise await _refuse_at_url_of(owner, caller)
    if caller.audiences is not None and not is_good_at(caller.audiences, owner):
        raise _invalid_token("This token is for another address of this server.")
    if owner is not None and owner.profile is not None:
        return await in_profile(caller, owner.profile)
    return caller


async def _refuse_at_url_of(owner: UrlOwner, caller: Caller) -> CallerRefused:
    name, user_id = caller.username, caller.user_id
    if (
        name
        and user_id
        and is_hub_name(owner.username)
        and await lookups.run(has_held_name, user_id, owner.username)
    ):
        return CallerMoved(personal_path(name, owner.profile), caller)
    return CallerElsewhere(caller)


async def read_credential(head: RequestHead) -> Caller:
    """Return who asks, wherever they do. Raises CallerRefused."""
    await read_blocks_at_first()
    lines = head.values("authorization")
    if not lines:
        return ANONYMOUS
    token = _token_in(lines[0])
    if len(lines) > 1 or token is None:
        raise _invalid_token("Authorization should be one line: Bearer, a space, a token.")
    if token.startswith(ACCESS_PREFIX):
        return await _caller_of_access_token(token)
    if token.startswith("hfmcp_"):
        return await _caller_of_access_key(token)
    if token.startswith("hf_"):
        return await _caller_of_hf_token(token)
    raise _invalid_token(
        "This is neither a token nor an access key of this server, nor of Hugging Face."
    )


@remember_short(max_bytes=2_000_000, max_chars=200)
def _token_in(authorization: str) -> str | None:
    token = bearer_token(authorization)
    return token if may_be_token(token) else None


async def _caller_of_access_key(key: str) -> Caller:
    known = _key_owners.peek(key) or await _key_owners.get(key)
    if known.holder.has_expired:  # as _NOBODY has
        raise _invalid_token("This access key does not exist, has expired, or was revoked.")
    known.check()
    note_key_use(known.holder.key_id)
    return known.caller


async def _caller_of_access_token(token: str) -> Caller:
    known = _grants.peek(token) or await _grants.get(token)
    if known.holder.has_expired:  # as _NOTHING has
        raise _invalid_token("This token has expired, was revoked, or never was one.")
    known.check()
    note_app_use(known.holder)
    return known.caller


async def _caller_of_hf_token(token: str) -> Caller:
    if not settings.MCP_ACCEPT_HF_TOKENS:
        raise _invalid_token("This server takes no Hugging Face tokens; use an access key.")
    return await holder_of(token)


async def holder_of(token: str) -> Caller:
    """Return whose Hugging Face token this is, with what they saved here. Raises CallerRefused."""
    try:
        account = await whoami(token)
    except TokenRefused as error:
        raise _invalid_token("Hugging Face does not accept this token.") from error
    except HubUnreachable as error:
        raise CallerRefused(
            503,
            "temporarily_unavailable",
            "Hugging Face cannot be reached to check this token. Try again soon.",
            error.retry_after_seconds,
        ) from error
    known = await _users.get(Account(account.id, account.name, organizations_of(account)))
    user = known.user
    is_stranger = user is _STRANGER
    caller = Caller(
        Credential.HF_TOKEN,
        None if is_stranger else user.user_id,
        account.name,
        None if is_stranger else user.preferences,
        hf_id=account.id,
        offer=known.offer,
        _hf_token=token,
    )
    check_person(caller)
    if not user.is_active:
        raise _invalid_token("This account has been disabled on this server.")
    if known.refusal:
        raise NotAdmitted(known.refusal, caller)
    return caller


# Stand-ins for "nobody", as what was looked up is remembered.
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NOTHING = TokenGrant(
    token_id=0,
    user_id=0,
    username="",
    hf_id="",
    application_id=0,
    client_id="",
    client_name="",
    scopes=frozenset(),
    resources=frozenset(),
    audiences=frozenset(),
    expires_at=_LONG_AGO,
    preferences=NO_PREFERENCES,
)
_NOBODY = KeyOwner(
    key_id=0,
    name="",
    user_id=0,
    username="",
    hf_id="",
    scopes=frozenset(),
    expires_at=_LONG_AGO,
    preferences=NO_PREFERENCES,
)
_STRANGER = KnownUser(user_id=0, is_active=True, preferences=NO_PREFERENCES)


HolderT = TypeVar("HolderT", KeyOwner, TokenGrant)


@dataclass(frozen=True)
class _Known(Generic[HolderT]):
    holder: HolderT
    caller: Caller
    """As whom the holder comes, made once: each request asks."""
    refusal: str
    """Why they may not use this server; "" for who may."""

    @property
    def user_id(self) -> int:
        return self.holder.user_id

    def check(self) -> None:
        """Raises NotAdmitted."""
        check_person(self.caller)
        if self.refusal:
            raise NotAdmitted(self.refusal, self.caller)


async def _load_owner(key: str) -> _Known[KeyOwner]:
    owner = await lookups.run(find_access_key, key) or _NOBODY
    caller = Caller(
        Credential.ACCESS_KEY,
        owner.user_id,
        owner.username,
        owner.preferences,
        hf_id=owner.hf_id,
        offer=await offer_for_user(owner.user_id, owner.hf_id),
        scopes=owner.scopes,
        credential_name=owner.name,
        expires_at=owner.expires_at,
        only_profile=owner.profile,
    )
    return _Known(owner, caller, await _refusal_of(owner))


async def _load_grant(token: str) -> _Known[TokenGrant]:
    grant = await lookups.run(find_token, token) or _NOTHING
    caller = Caller(
        Credential.OAUTH,
        grant.user_id,
        grant.username,
        grant.preferences,
        hf_id=grant.hf_id,
        offer=await offer_for_user(grant.user_id, grant.hf_id),
        scopes=grant.scopes,
        client_id=grant.client_id,
        credential_name=grant.client_name,
        audiences=grant.audiences,
        expires_at=grant.expires_at,
        only_profile=grant.profile,
    )
    return _Known(grant, caller, await _refusal_of(grant))


async def _refusal_of(holder: KeyOwner | TokenGrant) -> str:
    if not (is_restricted() and holder.hf_id):
        return ""
    return await lookups.run(refusal_of_user, holder.user_id, holder.hf_id, holder.username)


@dataclass(frozen=True)
class _KnownAccount:
    user: KnownUser
    refusal: str
    offer: Offer

    @property
    def user_id(self) -> int:
        return self.user.user_id


async def _load_user(account: Account) -> _KnownAccount:
    user = await lookups.run(find_user, account.hf_id) or _STRANGER
    told = (user.user_id, account.hf_id, account.name, account.organizations)
    refusal = await lookups.run(refusal_of_user, *told) if is_restricted() else ""
    return _KnownAccount(user, refusal, await offer_for_holder(*told))


_key_owners = KnownPeople(_load_owner, max_bytes=12_000_000)
_grants = KnownPeople(_load_grant, max_bytes=12_000_000)
_users = KnownPeople(_load_user, max_bytes=8_000_000)
"""By what Hugging Face says of a token's owner; _STRANGER for who never signed in here."""
