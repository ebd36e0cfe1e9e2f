"""Buckets: lists of an owner's, and one."""

from datetime import datetime

from pydantic import Field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.pages import Page
from mcpendpoint.hub.types import HubModel

CALLER = "me"
MAX_PAGE = 100


class Bucket(HubModel):
    id: str = Field(min_length=1)
    private: bool = False
    size: int | None = None
    total_files: int | None = Field(default=None, alias="totalFiles")
    created_at: datetime | None = Field(default=None, alias="createdAt")
    updated_at: datetime | None = Field(default=None, alias="updatedAt")


async def list_buckets(hub: HubClient, owner: str, *, cursor: str | None = None) -> Page[Bucket]:
    """Return one page of an owner's, or of the caller's own (CALLER)."""
    params = [("limit", str(MAX_PAGE))]
    if cursor is not None:
        params.append(("cursor", cursor))
    return await hub.get_page(Bucket, url_path("api", "buckets", owner), params)


async def get_bucket(hub: HubClient, bucket_id: str) -> Bucket:
    path = url_path("api", "buckets", *parse_repo_id(bucket_id).split("/"))
    return await hub.get_model(Bucket, path)
