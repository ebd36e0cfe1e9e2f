"""Passes a request on to another server and streams its answer back.

Free of project imports: it also runs in the stand-in Space's own environment.
"""

from collections.abc import AsyncIterator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


def make_client() -> httpx.AsyncClient:
    # The cookies that pass belong to the browsers: the client must keep none of its own.
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        cookies=no_cookies, timeout=None, trust_env=False, follow_redirects=False
    )


async def forward(
    client: httpx.AsyncClient, request: Request, url: str, *, headers: Mapping[str, str]
) -> Response:
    """Send `request` to `url` with its query; `headers` replace those of the request."""
    replaced = {name.lower() for name in headers}
    kept = [
        (name, value)
        for name, value in request.headers.items()
        if name not in HOP_BY_HOP and name not in replaced
    ]
    upstream_request = client.build_request(
        request.method,
        httpx.URL(url, query=request.url.query.encode()),
        headers=[*kept, *headers.items()],
        content=request.stream() if request.method not in {"GET", "HEAD"} else None,
    )
    try:
        upstream = await client.send(upstream_request, stream=True)
    except httpx.TransportError:
        return PlainTextResponse("Bad gateway", status_code=502)
    response = StreamingResponse(_relay(upstream), status_code=upstream.status_code)
    # Raw, because a header such as Set-Cookie may occur more than once.
    response.raw_headers = [
        (name.lower(), value)
        for name, value in upstream.headers.raw
        if name.decode("latin-1").lower() not in HOP_BY_HOP
    ]
    return response


async def _relay(upstream: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in upstream.aiter_raw():
            yield chunk
    finally:
        await upstream.aclose()
