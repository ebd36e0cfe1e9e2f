"""What hf_whoami answers. Closed models: a client can rely on there being nothing else."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from mcpendpoint.tools.base import Result


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
    credential: Credential | None
    guidance: str | None = None
