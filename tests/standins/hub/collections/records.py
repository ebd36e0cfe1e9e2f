"""A collection and its items. Plain values, no HTTP."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tests.standins.hub.records import hex_id

ItemType = Literal["model", "dataset", "space", "paper", "bucket", "collection"]
ITEM_TYPES: tuple[ItemType, ...] = ("model", "dataset", "space", "paper", "bucket", "collection")


@dataclass
class Item:
    type: ItemType
    id: str  # of a repository, a bucket or a paper; the slug of a collection
    added_at: datetime
    note: str | None = None
    position: int = 0


@dataclass
class Collection:
    owner: str
    title: str
    created_at: datetime
    updated_at: datetime
    items: list[Item] = field(default_factory=list)
    description: str | None = None
    private: bool = False
    upvotes: int = 0
    trending_score: int = 0
    theme: str = "blue"
    position: int = 0

    @property
    def object_id(self) -> str:
        return hex_id("collection", self.owner, str(self.created_at))

    @property
    def slug(self) -> str:
        return f"{self.owner}/{_dashed(self.title)}-{self.object_id}"

    def item_object_id(self, item: Item) -> str:
        return hex_id("item", self.object_id, item.type, item.id)


def _dashed(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
