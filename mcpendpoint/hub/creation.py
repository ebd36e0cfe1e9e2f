"""Makes repositories and buckets, new or as copies of others. Each is asked for once."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubBadAnswer, HubUncertain
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.types import HubModel, Name, RepoType, read

DUPLICATION_SECONDS = 60.0
"""The Hub answers when the files are there."""

WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s<>()\[\]`\"]{1,1000}$")]


class Created(HubModel):
    url: WebAddress
    """The page of what was made."""
    id: Name | None = None
    """The Hub's own, which stays when the name changes."""
    is_being_filled: bool = Field(default=False, alias="filesCopyPending")
    """A copy whose files are not all there yet."""


async def create_repo(
    hub: HubClient,
    repo_type: RepoType,
    repo_id: str,
    *,
    is_private: bool | None = None,
    sdk: str | None = None,
) -> Created:
    """Make an empty repository; `sdk` is what a Space needs. Raises HubConflict when it exists."""
    owner, name = parse_repo_id(repo_id).split("/")
    wish = {"type": repo_type.value, "name": name, "organization": owner}
    body = {**wish, **_visibility(is_private), **({"sdk": sdk} if sdk else {})}
    return _created(await hub.change("POST", "/api/repos/create", body))


async def create_bucket(
    hub: HubClient, bucket_id: str, *, is_private: bool | None = None
) -> Created:
    path = url_path("api", "buckets", *parse_repo_id(bucket_id).split("/"))
    return _created(await hub.change("POST", path, _visibility(is_private)))


async def duplicate_repo(
    hub: HubClient,
    repo_type: RepoType,
    source_id: str,
    target_id: str,
    *,
    is_private: bool | None = None,
    hardware: str | None = None,
    variables: Sequence[Mapping[str, str]] = (),
) -> Created:
    """Copy a repository on the Hub; one like the original, unless `is_private` says otherwise.

    `hardware` and `variables` (key, value and perhaps description) are for Spaces.
    """
    segments = parse_repo_id(source_id).split("/")
    path = url_path("api", repo_type.api_segment, *segments, "duplicate")
    body: dict[str, Any] = {"repository": parse_repo_id(target_id), **_visibility(is_private)}
    if hardware:
        body["hardware"] = hardware
    if variables:
        body["variables"] = [dict(variable) for variable in variables]
    return _created(await hub.change("POST", path, body, seconds=DUPLICATION_SECONDS))


def _visibility(is_private: bool | None) -> dict[str, str]:
    """Say how visible it should be, or leave that to the Hub, which asks the owner's settings."""
    if is_private is None:
        return {}
    return {"visibility": "private" if is_private else "public"}


def _created(answer: Any) -> Created:
    try:
        return read(Created, answer)
    except HubBadAnswer as error:
        raise HubUncertain("Hugging Face's answer does not say what was made.") from error
