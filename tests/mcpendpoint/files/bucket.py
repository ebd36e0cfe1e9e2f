"""An S3 of others' making on loopback: moto's server, which keeps all in memory."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests import loopback
from tests.ports import free_port, wait_for_port

BUCKET, PREFIX = "people", "of/hfmcp"


@dataclass
class Bucket:
    url: str
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def storage(self) -> dict[str, Any]:
        """Return what FILES_S3_* make Django's storage `files` of."""
        from hfmcp_site.file_storage import in_bucket

        return in_bucket(BUCKET, self.url, "us-east-1", PREFIX)

    @cached_property
    def client(self) -> Any:
        import boto3

        known = {"aws_access_key_id": "of-tests", "aws_secret_access_key": "of-tests"}
        return boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **known)

    def keys(self) -> list[str]:
        told = self.client.list_objects_v2(Bucket=BUCKET)
        return [each["Key"] for each in told.get("Contents", ())]

    def make_new(self) -> None:
        """Have nothing in it."""
        loopback.shared.post(f"{self.url}/moto-api/reset").raise_for_status()
        self.client.create_bucket(Bucket=BUCKET)

    def put(self, name: str) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}")

    def remove(self) -> None:
        self.client.delete_bucket(Bucket=BUCKET)

    def know_callers(self, known: bool) -> None:
        """Let it take everybody for somebody, or nobody."""
        count = "inf" if known else "0"
        loopback.shared.post(f"{self.url}/moto-api/reset-auth", content=count).raise_for_status()


@contextmanager
def running_bucket() -> Iterator[Bucket]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, seconds=60)
        yield Bucket(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.wait(10)
