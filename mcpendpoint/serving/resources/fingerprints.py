"""A word for what is at a URI, which is another one when that has changed. It is cheap where
the Hub has one: of repositories the commit, of their files and folders the object id.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import orjson
from django.conf import settings

from accounts.authorization.scopes import Scope
from mcpendpoint.gradio.uris import uri_there
from mcpendpoint.hub.client import expand
from mcpendpoint.hub.ids import url_path
from mcpendpoint.hub.references import REPO_ROOTS
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.resources.reading import read
from mcpendpoint.serving.resources.space_fingerprints import fingerprint_of_space
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs.failures import Code, Failure
from mcpendpoint.tools.hf_fs.provider import Fs, hub_failures
from mcpendpoint.tools.hf_fs.stored_files import store_of
from mcpendpoint.tools.hf_fs.uri import FILE_ROOTS, Uri, parse_uri

TOLD_OF = {
    "models": ("sha", "lastModified", "private", "gated"),
    "datasets": ("sha", "lastModified", "private", "gated"),
    "spaces": ("sha", "lastModified", "private"),
}
"""What is looked at of a repository besides its id."""

UNKNOWN = (Code.RATE_LIMITED, Code.UNAVAILABLE, Code.ATTACHMENT_INTEGRITY, Code.BAD_ANSWER)


def subject_at(text: str) -> str | None:
    """Return what a URI is about, in the words of hub.changes. Raises Failure for no URI."""
    if uri_there(text):
        return None
    uri = parse_uri(text, endpoint=settings.HF_ENDPOINT)
    if uri.root in FILE_ROOTS and uri.id_length:
        return f"{uri.root}/{uri.repo_id}".lower()
    return "/".join((uri.root, *uri.parts[:2])).lower() if uri.root == "collections" else None


def can_watch(text: str) -> bool:
    """Whether it is a URI at all; what is there is found out by looking."""
    try:
        subject_at(text)
    except Failure:
        return False
    return True


async def fingerprint(text: str, context: RequestContext, news: int) -> str | None:
    """Return None when the Hub does not say now; what this caller may not see has a word too.

    What was remembered before the last of `news` does not count.
    """
    if Scope.READ not in context.caller.scopes:
        return "may not read"
    if there := uri_there(text):
        return await fingerprint_of_space(*there, context)
    try:
        uri = parse_uri(text, endpoint=settings.HF_ENDPOINT)
        fs = Fs((await context.hub()).apart(f"watch {news}"), context)
        with hub_failures(uri, fs):
            found = await _identity(uri, fs)
        if found is None:
            found = [each.model_dump() for each in await read(text, context)]
    except Failure as failure:
        return None if failure.code in UNKNOWN else f"none: {failure.code}"
    except ToolError:
        return None
    return blake2b(orjson.dumps(found), digest_size=12).hexdigest()


async def _identity(uri: Uri, fs: Fs) -> Any:
    if uri.root not in REPO_ROOTS or not uri.id_length:
        return None
    if uri.path:
        return await store_of(uri).identity(fs.hub, uri.path)
    at: Sequence[str] = ("revision", uri.revision) if uri.revision else ()
    path = url_path("api", uri.root, *uri.parts[: uri.id_length], *at)
    told = TOLD_OF[uri.root]
    facts = await fs.hub.get_json(path, expand(told))
    return [facts.get(name) for name in ("id", *told)] if isinstance(facts, dict) else None
