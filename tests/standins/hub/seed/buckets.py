"""The buckets: a public one with folders and odd names, a private one, and an empty one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.standins.hub.buckets.records import Bucket, BucketFile
from tests.standins.hub.seed.odd_files import png
from tests.standins.hub.seed.people import RESEARCH

FILES = {
    "README.md": b"# Files\n\nWhat the runs left behind.\n",
    "runs/1/metrics.jsonl": b'{"step": 1, "loss": 2.5}\n{"step": 2, "loss": 2.25}\n',
    "runs/1/checkpoint.safetensors": bytes(5000),
    "runs/2/notes with space #2.txt": b"The second run was better.\n",
    "runs/2/данные-😀.txt": "Größe: 42 🦜\n".encode(),
    "images/loss.png": png(32, 16),
    "empty.txt": b"",
    **{f"shards/part-{n:04}.txt": f"Shard {n}\n".encode() for n in range(1, 151)},
}


def buckets() -> Iterator[Bucket]:
    start = datetime(2026, 8, 3, 7, 15, tzinfo=UTC)
    yield _bucket("acme/files", FILES, start)
    yield _bucket("acme/models", {}, start, resource_group=RESEARCH)
    yield _bucket("huggingface/sbx-server", {"sbx-server": b"#!/bin/sh\n"}, start)
    yield _bucket("alice/scratch", {"diary.txt": b"Dear diary,\n"}, start, private=True)
    yield _bucket("alice/public-notes", {"todo.txt": b"Buy bananas.\n"}, start)


def _bucket(
    bucket_id: str,
    files: dict[str, bytes],
    start: datetime,
    *,
    private: bool = False,
    resource_group: dict[str, str] | None = None,
) -> Bucket:
    uploaded = {
        path: BucketFile(path, content, start + timedelta(minutes=number))
        for number, (path, content) in enumerate(files.items(), 1)
    }
    return Bucket(bucket_id, start, uploaded, private, resource_group)
