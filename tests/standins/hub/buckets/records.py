"""A bucket and its files. Plain values, no HTTP."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tests.standins.hub.records import hex_id, xet_hash_of


@dataclass(frozen=True)
class BucketFile:
    path: str
    content: bytes
    uploaded_at: datetime
    hash: str | None = None  # as the client computed it; made up for those of the seed
    content_type: str | None = None
    modified_at: datetime | None = None

    @property
    def size(self) -> int:
        return len(self.content)

    @cached_property
    def xet_hash(self) -> str:
        return self.hash or xet_hash_of(self.content)


@dataclass
class Bucket:
    id: str
    created_at: datetime
    files: dict[str, BucketFile] = field(default_factory=dict)
    private: bool = False
    resource_group: dict[str, str] | None = None

    @property
    def object_id(self) -> str:
        return hex_id("bucket", self.id)

    @property
    def owner(self) -> str:
        return self.id.partition("/")[0]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())

    @property
    def updated_at(self) -> datetime:
        return max((file.uploaded_at for file in self.files.values()), default=self.created_at)
