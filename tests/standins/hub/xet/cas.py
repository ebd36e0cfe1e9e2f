"""The content-addressed storage: /_cas/…, which huggingface.co has on a host of its own.

It keeps the xorbs that are uploaded, and puts the files of a shard together at once. What it hands
out is made of the whole file again: any chunks do, as long as they add up to it.
"""

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.standins.hub import errors
from tests.standins.hub.content import partial
from tests.standins.hub.errors import HubError
from tests.standins.hub.state import Hub
from tests.standins.hub.xet import format, tokens


async def known_chunk(request: Request) -> Response:
    """Answer that nobody has uploaded the chunk before: there is no deduplication."""
    tokens.require_token(request, "read", "write")
    raise errors.not_found()


async def upload_xorb(request: Request) -> Response:
    tokens.require_token(request, "write")
    content, name = await request.body(), request.path_params["hash"]
    try:
        chunks = list(format.read_chunks(content))
    except ValueError as error:
        raise errors.invalid(f"Invalid xorb: {error}") from error
    hub: Hub = request.app.state.hub
    is_new = name not in hub.xorbs
    hub.xorbs[name] = chunks
    return JSONResponse({"was_inserted": is_new})


async def upload_shard(request: Request) -> Response:
    tokens.require_token(request, "write")
    hub: Hub = request.app.state.hub
    try:
        recipes = list(format.read_files(await request.body()))
        for recipe in recipes:
            content = b"".join(_chunks(hub, segment) for segment in recipe.segments)
            hub.xet_files[recipe.hash] = content
            hub.large_files[hashlib.sha256(content).hexdigest()] = content
    except ValueError as error:
        raise errors.invalid(f"Invalid shard: {error}") from error
    return JSONResponse({"result": 1})


def _chunks(hub: Hub, segment: format.Segment) -> bytes:
    chunks = hub.xorbs.get(segment.xorb)
    if chunks is None or segment.end_chunk > len(chunks):
        raise ValueError(f"no such chunks in xorb {segment.xorb}")
    return b"".join(chunks[segment.first_chunk : segment.end_chunk])


async def reconstruction(request: Request) -> Response:
    """Tell which chunks to fetch for a file, or for a range of it: here they are one xorb."""
    tokens.require_token(request, "read", "write")
    name = request.path_params["hash"]
    content = find(request.app.state.hub, name)
    start, end = _range(request, len(content))
    first, last = start // format.CHUNK_SIZE, (end - 1) // format.CHUNK_SIZE
    wanted = list(format.split(content))[first : last + 1]
    begin = first * (format.CHUNK_SIZE + format.CHUNK_HEADER)
    size = sum(len(chunk) + format.CHUNK_HEADER for chunk in wanted)
    chunks = {"start": first, "end": last + 1}
    span = {"start": begin, "end": begin + size - 1}
    answer: dict[str, Any] = {
        "offset_into_first_range": start - first * format.CHUNK_SIZE,
        "terms": [{"hash": name, "unpacked_length": sum(map(len, wanted)), "range": chunks}],
    }
    url = f"{request.base_url}_cas/xorbs/{name}"
    if request.url.path.startswith("/_cas/v2"):
        ranges = [{"chunks": chunks, "bytes": span}]
        answer["xorbs"] = {name: [{"url": url, "ranges": ranges}]}
    else:
        answer["fetch_info"] = {name: [{"range": chunks, "url": url, "url_range": span}]}
    return JSONResponse(answer)


def _range(request: Request, size: int) -> tuple[int, int]:
    text = request.headers.get("range", "").removeprefix("bytes=")
    first, _, last = text.partition("-")
    start = int(first) if first.isdecimal() else 0
    end = min(int(last) + 1, size) if last.isdecimal() else size
    if start >= end:
        raise HubError(416, "The range is outside of the file")
    return start, end


async def download_xorb(request: Request) -> Response:
    name = request.path_params["hash"]
    content = format.write_xorb(find(request.app.state.hub, name))
    return partial(request, content, name, {"Content-Type": "application/octet-stream"})


def find(hub: Hub, xet_hash: str) -> bytes:
    """Return a file that was uploaded here, or of the seed."""
    if xet_hash in hub.xet_files:
        return hub.xet_files[xet_hash]
    for bucket in hub.buckets.values():
        for file in bucket.files.values():
            if file.xet_hash == xet_hash:
                return file.content
    for repo in hub.repos.values():
        for large in repo.large_files():
            if large.xet_hash == xet_hash:
                return large.content
    raise errors.not_found()


ROUTES = [
    Route("/_cas/v1/chunks/{prefix}/{hash}", known_chunk),
    Route("/_cas/v1/xorbs/{prefix}/{hash}", upload_xorb, methods=["POST"]),
    Route("/_cas/v1/shards", upload_shard, methods=["POST"]),
    Route("/_cas/v1/reconstructions/{hash}", reconstruction),
    Route("/_cas/v2/reconstructions/{hash}", reconstruction),
    Route("/_cas/xorbs/{hash}", download_xorb),
]
