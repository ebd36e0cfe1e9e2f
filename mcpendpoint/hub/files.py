"""Files of repositories and buckets: what there is, by folder and by path."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field, field_validator

from mcpendpoint.hub.client import ANSWER_SECONDS, HubClient, read_all
from mcpendpoint.hub.downloads import FilePart
from mcpendpoint.hub.errors import HubBadAnswer, HubNotFound
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.pages import Page
from mcpendpoint.hub.types import HubModel

MAIN = "main"


class TreeEntry(HubModel):
    type: str
    """file or directory"""
    path: str = Field(min_length=1)
    size: int | None = None
    oid: str | None = None
    """Of files and folders in repositories."""
    is_lfs: bool = Field(default=False, alias="lfs")
    xet_hash: str | None = Field(default=None, alias="xetHash")
    uploaded_at: datetime | None = Field(default=None, alias="uploadedAt")
    """Of files in buckets."""

    @property
    def version(self) -> str:
        """A word that is another one when the content has changed."""
        return f"{self.oid} {self.xet_hash} {self.size} {self.uploaded_at}"

    @field_validator("is_lfs", mode="before")
    @classmethod
    def _is_described(cls, value: Any) -> bool:
        return isinstance(value, Mapping) or value is True


@dataclass(frozen=True)
class FileStore:
    """What has files: a repository at a revision, or a bucket, which has no revisions."""

    segment: str
    """models, datasets, spaces or buckets"""
    repo_id: str
    revision: str = MAIN

    def _api(self, action: str, path: str = "") -> str:
        names = parse_repo_id(self.repo_id).split("/")
        revision = () if self.segment == "buckets" else (self.revision,)
        return url_path("api", self.segment, *names, action, *revision, *_parts(path))

    def resolve_route(self, path: str) -> str:
        names = parse_repo_id(self.repo_id).split("/")
        prefix = () if self.segment == "models" else (self.segment,)
        revision = () if self.segment == "buckets" else (self.revision,)
        return url_path(*prefix, *names, "resolve", *revision, *_parts(path))

    async def children(
        self, hub: HubClient, folder: str, *, recursive: bool, cursor: str | None
    ) -> Page[TreeEntry]:
        """Return one page. Raises HubNotFound when there is no such folder."""
        params = [("recursive", str(recursive).lower()), ("expand", "false")]
        if cursor is not None:
            params.append(("cursor", cursor))
        page = await hub.get_page(TreeEntry, self._api("tree", folder), params)
        return page if self.segment != "buckets" else _within(page, folder, is_first=not cursor)

    async def find(
        self, hub: HubClient, path: str, *, seconds: float = ANSWER_SECONDS
    ) -> TreeEntry | None:
        """Return the file or folder of that path, None when there is neither.

        It may have been remembered for so many `seconds`; 0 for what is there now.
        """
        question = {"paths": [path], "expand": False}
        answer = await hub.query_json(self._api("paths-info"), question, seconds=seconds)
        if not isinstance(answer, list):
            raise HubBadAnswer("The Hub's answer is not a list.")
        entries = read_all(TreeEntry, answer)
        if answer and not entries:  # which does not say that there is nothing
            raise HubBadAnswer("The Hub's answer describes no file or folder.")
        found = next((entry for entry in entries if entry.path == path), None)
        if found is not None or self.segment != "buckets":
            return found
        return await self._find_folder(hub, path)

    async def identity(self, hub: HubClient, path: str) -> Any:
        """Return what the Hub says of a file or folder, which is other when it changed."""
        question = {"paths": [path], "expand": False}
        return await hub.query_json(self._api("paths-info"), question)

    async def _find_folder(self, hub: HubClient, path: str) -> TreeEntry | None:
        """Return a folder of a bucket, which has paths for files only."""
        try:
            await self.children(hub, path, recursive=False, cursor=None)
        except HubNotFound:
            return None
        return TreeEntry(type="directory", path=path)

    async def read(self, hub: HubClient, path: str, *, offset: int, length: int) -> FilePart:
        return await hub.get_bytes(self.resolve_route(path), offset=offset, length=length)


def _parts(path: str) -> list[str]:
    return path.split("/") if path else []


def _within(page: Page[TreeEntry], folder: str, *, is_first: bool) -> Page[TreeEntry]:
    """Leave out what only begins like the folder: buckets list by the beginning of a path."""
    if not folder:
        return page
    items = [entry for entry in page.items if entry.path.startswith(f"{folder}/")]
    if is_first and not items and page.cursor is None:
        raise HubNotFound(f"{folder} does not exist", status=404, code="EntryNotFound")
    return Page(items, page.next_url)
