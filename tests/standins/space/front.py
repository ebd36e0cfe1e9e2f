"""Serves every stand-in Space by path: `/s/<subdomain>/…`, and a log of what it was asked.

`/_log` (GET, or DELETE to clear it) shows digests of forwarded tokens, never a token.
Tools that are put to `/_tools/<subdomain>` are what that Space says it has (DELETE ends it).
"""

import argparse
import asyncio
import json
import os
import socket
from hashlib import sha256
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.standins.reverse_proxy import forward, make_client
from tests.standins.space import app as gradio_app
from tests.standins.space import parts
from tests.standins.space.callers import bearer_of, user_of
from tests.standins.space.serving import launch

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
MCP_PATH = "gradio_api/mcp/"
SCHEMA_PATH = f"{MCP_PATH}schema"
# The demo has every Space of the stand-in Hub run.
OTHERS_RUN = os.environ.get("SPACE_OTHERS_RUN") == "true"
SLOW_SECONDS = float(os.environ.get("SPACE_SLOW_SECONDS", "30"))

PARTS = "acme-parts"
"""The Space that offers more than tools."""

PRIVATE = "-private-space"
"""What the subdomain of a Space ends with that only its owner, named before that, may see."""

WEATHER = "acme-weather"
"""The Space whose tool wants a header."""

ASLEEP_PAGE = "<!doctype html><title>Space</title><h1>This Space is sleeping</h1>"
BROKEN_PAGE = "<!doctype html><title>Space</title>Your space is in error, check its status on hf.co"
MALFORMED_TOOLS = [
    {"name": "no_schema", "description": "A tool whose schema is not one.", "inputSchema": "text"},
    {"name": 7, "inputSchema": {"type": "object", "properties": {}}},
    "not even an object",
]


class Spaces:
    """The Spaces behind one front; `app_url` is the Gradio app that the running ones share, but for
    the one of `parts_url`.
    """

    def __init__(self, app_url: str, parts_url: str) -> None:
        self._app_url = app_url
        self._own_apps = {PARTS: parts_url}
        self._client = make_client()
        self._log: list[dict[str, Any]] = []
        self._said: dict[str, Any] = {}
        self._serve = {
            "acme-image-maker": self._running,
            PARTS: self._running,
            "acme-asleep": self._asleep,
            "acme-broken": self._broken,
            "acme-bad-schema": self._bad_schema,
            "acme-old-gradio": self._old_gradio,
            "acme-demo": self._without_mcp,
            "acme-slow": self._slow,
            WEATHER: self._running,
        }

    async def space(self, request: Request) -> Response:
        subdomain = request.path_params["subdomain"]
        self._note(request, subdomain)
        serve = self._serve.get(subdomain)
        if serve is None and subdomain.endswith(PRIVATE):
            serve = self._private
        elif serve is None and OTHERS_RUN:
            serve = self._running
        if serve is None:
            raise HTTPException(404)
        return await serve(request)

    async def log(self, request: Request) -> Response:
        entries = list(self._log)
        if request.method == "DELETE":
            self._log.clear()
        return JSONResponse(entries)

    async def say(self, request: Request) -> Response:
        subdomain = request.path_params["subdomain"]
        if request.method == "DELETE":
            self._said.pop(subdomain, None)
        else:
            self._said[subdomain] = await request.json()
        return Response(status_code=204)

    async def _running(self, request: Request) -> Response:
        subdomain = request.path_params["subdomain"]
        if request.path_params["path"] == SCHEMA_PATH and subdomain in self._said:
            return JSONResponse(self._said[subdomain])
        if request.path_params["path"] == SCHEMA_PATH and subdomain not in self._own_apps:
            return JSONResponse(await self._tools(with_headers=subdomain == WEATHER))
        public = f"{request.headers['host']}/s/{request.path_params['subdomain']}"
        return await forward(
            self._client,
            request,
            f"{self._own_apps.get(subdomain, self._app_url)}/{request.path_params['path']}",
            # Gradio makes the URLs of its files from this. A real Space has a host of its own;
            # here the Space is a path of the host.
            headers={"x-forwarded-host": public},
        )

    async def _private(self, request: Request) -> Response:
        tokens = [
            bearer_of(request.headers.get(name)) for name in ("x-hf-authorization", "authorization")
        ]
        owner = request.path_params["subdomain"].removesuffix(PRIVATE)
        if owner not in {user_of(token) for token in tokens}:
            raise HTTPException(404)
        return await self._running(request)

    async def _asleep(self, request: Request) -> Response:
        return HTMLResponse(ASLEEP_PAGE, status_code=503)

    async def _broken(self, request: Request) -> Response:
        return HTMLResponse(BROKEN_PAGE, status_code=500)

    async def _bad_schema(self, request: Request) -> Response:
        if request.path_params["path"] != SCHEMA_PATH:
            return await self._running(request)
        tools = await self._tools()
        good = next(tool for tool in tools if tool["name"] == "greet")
        return JSONResponse([*MALFORMED_TOOLS, good])

    async def _old_gradio(self, request: Request) -> Response:
        """Answer in the form that Gradio had before tools were a list: input schemas by name."""
        if request.path_params["path"] != SCHEMA_PATH:
            return await self._running(request)
        return JSONResponse(
            {
                tool["name"]: {**tool["inputSchema"], "description": tool["description"]}
                for tool in await self._tools()
            }
        )

    async def _without_mcp(self, request: Request) -> Response:
        """Be an app that is not started with mcp_server=True, as most are."""
        if request.path_params["path"].startswith(MCP_PATH):
            raise HTTPException(404)
        return await self._running(request)

    async def _slow(self, request: Request) -> Response:
        await asyncio.sleep(SLOW_SECONDS)
        return await self._running(request)

    async def _tools(self, *, with_headers: bool = False) -> list[dict[str, Any]]:
        """Return the tools that want no header, or those that want one."""
        answer: httpx.Response = await self._client.get(f"{self._app_url}/{SCHEMA_PATH}")
        tools: list[dict[str, Any]] = answer.json()
        return [tool for tool in tools if ("headers" in tool["meta"]) is with_headers]

    def _note(self, request: Request, subdomain: str) -> None:
        entry = {
            "subdomain": subdomain,
            "method": request.method,
            "path": "/" + request.path_params["path"],
        }
        for name in ("x-hf-authorization", "authorization"):
            token = bearer_of(request.headers.get(name))
            entry[name] = sha256(token.encode()).hexdigest() if token else None
        self._log.append(entry)


def make_front(app_url: str, parts_url: str) -> Starlette:
    spaces = Spaces(app_url, parts_url)
    return Starlette(
        routes=[
            Route("/_tools/{subdomain}", spaces.say, methods=["PUT", "DELETE"]),
            Route("/_log", spaces.log, methods=["GET", "DELETE"]),
            Route("/s/{subdomain}/{path:path}", spaces.space, methods=METHODS),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="The stand-in Spaces")
    parser.add_argument("--port", type=int, default=0, help="0: the system chooses")
    options = parser.parse_args()
    front = make_front(launch(gradio_app.build_app()), launch(parts.build_app()))
    listener = socket.create_server(("127.0.0.1", options.port))
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
    config = uvicorn.Config(front, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
