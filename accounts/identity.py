"""Asks the Hub who a Hugging Face token belongs to (GET /api/whoami-v2)."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from django.conf import settings
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from accounts.caching import Failure, SingleFlightCache
from accounts.hub_names import HubId, is_hub_name
from accounts.outgoing.asking import Request, ask
from accounts.outgoing.errors import Busy, OutgoingError
from accounts.outgoing.pools import HUB

TOKEN_VERIFIED_SECONDS = 300
TOKEN_REFUSED_SECONDS = 30
MAX_ANSWER_BYTES = 1_000_000


class _HubModel(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # it would hold the e-mail address
    )


class ResourceGroup(_HubModel):
    id: str
    name: str
    role: str | None = None


class Organization(_HubModel):
    id: str
    name: str
    fullname: str | None = None
    plan: str | None = None
    role_in_org: str | None = None
    security_restrictions: list[str] | None = None
    resource_groups: list[ResourceGroup] | None = None


class TokenEntity(_HubModel):
    id: str = Field(validation_alias=AliasChoices("_id", "id"))
    type: str
    name: str | None = None


class TokenPattern(_HubModel):
    resource_type: str
    wildcard_patterns: list[str] = []


class TokenGrant(_HubModel):
    entity: TokenEntity
    permissions: list[str] = []
    patterns: list[TokenPattern] | None = None


class FineGrained(_HubModel):
    can_read_gated_repos: bool | None = None
    global_: list[str] | None = Field(default=None, alias="global")
    scoped: list[TokenGrant] = []


class AccessTokenInfo(_HubModel):
    display_name: str | None = None
    role: str | None = None
    created_at: datetime | None = None
    fine_grained: FineGrained | None = None


class TokenAuth(_HubModel):
    type: str = "unknown"
    expires_at: datetime | None = None
    access_token: AccessTokenInfo | None = None


class AppEntity(_HubModel):
    type: str | None = None
    name: str

    @model_validator(mode="before")
    @classmethod
    def _or_just_a_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class AppScope(_HubModel):
    role: str | None = None
    entities: list[AppEntity] = []


class WhoAmI(_HubModel):
    """The account behind a token. `id` never changes, `name` may (a rename on the Hub)."""

    type: Literal["user", "org", "app"]
    id: HubId
    name: str = Field(min_length=1, max_length=150)
    fullname: str | None = None
    is_pro: bool | None = None
    avatar_url: str | None = None
    orgs: list[Organization] = []
    auth: TokenAuth = TokenAuth()
    scope: AppScope | None = None
    """What an app may reach."""

    @model_validator(mode="after")
    def _is_named_as_people_are(self) -> "WhoAmI":
        if self.type == "user" and not is_hub_name(self.name):
            raise ValueError("That is no name on the Hub.")
        return self

    @property
    def is_by_personal_token(self) -> bool:
        """Whether the token is one that the person made, and not one that an app was given.

        `AuthType` of huggingface.js (packages/hub/src/types/public.ts) is "access_token",
        "app_token" or "app_token_as_user"; tokens of OAuth say "oauth".
        """
        return self.type == "user" and self.auth.type == "access_token"


class TokenRefused(Exception):
    """The Hub does not know this token, or no longer."""


class HubUnreachable(Exception):
    """The Hub could not be asked; `retry_after_seconds` is a sensible pause."""

    def __init__(self, retry_after_seconds: int = 10) -> None:
        super().__init__("Hugging Face could not be reached to check the token.")
        self.retry_after_seconds = retry_after_seconds


_known: SingleFlightCache[str, WhoAmI | Failure] = SingleFlightCache(max_bytes=10_000_000)


async def whoami(token: str) -> WhoAmI:
    """Return who the token belongs to, asking the Hub at most once in five minutes.

    Raises TokenRefused, or HubUnreachable when the Hub gives no answer and none is remembered.
    """
    answer = await _known.get(_key(token), lambda: _ask(token))
    if isinstance(answer, Failure):
        raise answer.exception()
    return answer


def forget(token: str) -> None:
    """Forget who the token belongs to, so that the Hub is asked again."""
    _known.forget(_key(token))


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()


async def _ask(token: str) -> tuple[WhoAmI | Failure, float]:
    request = Request(
        "GET", f"{settings.HF_ENDPOINT}/api/whoami-v2", {"Authorization": f"Bearer {token}"}
    )
    try:
        answer = await ask(
            HUB, request, max_bytes=MAX_ANSWER_BYTES, seconds=settings.HF_TIMEOUT_SECONDS
        )
    except Busy as error:
        raise HubUnreachable(error.retry_after_seconds) from error
    except OutgoingError as error:
        raise HubUnreachable from error
    if answer.status in (401, 403):
        return Failure.of(TokenRefused()), TOKEN_REFUSED_SECONDS
    if answer.status != 200:
        raise HubUnreachable
    try:
        return WhoAmI.model_validate_json(answer.body), TOKEN_VERIFIED_SECONDS
    except ValidationError as error:
        raise HubUnreachable from error
