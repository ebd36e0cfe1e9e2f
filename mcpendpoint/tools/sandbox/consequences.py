"""What a new sandbox spends and may delete, for the person who has a say in it.

What runs in one later needs no further word: it is paid by the minute, and what it may write to is
mounted now.
"""

from collections.abc import Iterator

from accounts.consequences import Kind
from mcpendpoint.tools.base import Consequence
from mcpendpoint.tools.hf_fs.options import Given
from mcpendpoint.tools.jobs.consequences import WITH_TOKEN
from mcpendpoint.tools.jobs.prices import priced
from mcpendpoint.tools.jobs.volumes import may_change
from mcpendpoint.tools.sandbox.bootstrap import LIFETIME_SECONDS
from mcpendpoint.tools.sandbox.creation import (
    DEFAULT_FLAVOR,
    DEFAULT_IDLE_TIME,
    DEFAULT_IMAGE,
    volumes_of,
)

SPENDS = frozenset({Kind.SPEND})
MAY_DELETE = frozenset({Kind.SPEND, Kind.DELETE})
FORWARDS_TOKEN = "forward"  # noqa: S105 - the name of a flag


def consequence_of(given: Given) -> Consequence:
    """Return what to create a sandbox with these options does. Raises ToolError for wrong ones."""
    flavor = given.texts.get("flavor", DEFAULT_FLAVOR)
    kinds = MAY_DELETE if any(map(may_change, volumes_of(given))) else SPENDS
    if FORWARDS_TOKEN in given.flags:
        kinds = WITH_TOKEN
    spending = Consequence(kinds, f"Start a sandbox on {flavor}", tuple(_lines(given)))
    return priced(spending, flavor, LIFETIME_SECONDS)


def _lines(given: Given) -> Iterator[str]:
    texts = given.texts
    yield f"Ends when nobody uses it for: {texts.get('timeout', DEFAULT_IDLE_TIME)}"
    yield f"Image: {texts.get('image', DEFAULT_IMAGE)}"
    if "namespace" in texts:
        yield f"Account: {texts['namespace']}"
    if "resource_group_id" in texts:
        yield f"Resource group: {texts['resource_group_id']}"
    if FORWARDS_TOKEN in given.flags:
        yield "Gets your own Hugging Face token, as HF_TOKEN"
    for spec in given.repeated:
        yield f"Mounted: {spec}"
    if "bucket" in texts:
        mode = texts.get("bucket_mode", "rw")
        path = f", at {texts['bucket_mount_path']}" if "bucket_mount_path" in texts else ""
        yield f"Mounted: the bucket {texts['bucket']}, {mode}{path}"
