"""A bucket and its files. Plain values, no HTTP."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tests.standins.hub.records import hex_id


@dataclass(frozen=True)
class BucketFile:
    path: str
    content: bytes
    uploaded_at: datetime
    content_type: str | None = None

    @property
    def size(self) -> int:
        return len(self.content)

    @cached_property
    def xet_hash(self) -> str:
        """The Hub's is the root of a tree of chunks; this only has to differ with the content."""
        return hashlib.sha256(b"xet" + self.content).hexdigest()


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
