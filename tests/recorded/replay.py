"""A Hub that gives recorded answers, and nothing else. README.md says what a recording is."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "answers"


@dataclass(frozen=True)
class Recording:
    path: Path

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.path.read_text())
        return content

    @property
    def answers(self) -> list[dict[str, Any]]:
        return self.content["answers"]

    @property
    def calls(self) -> list[dict[str, Any]]:
        return self.content["calls"]


def recordings() -> list[Recording]:
    return [Recording(path) for path in sorted(FOLDER.glob("*.json"))]


@dataclass
class Replay:
    """What is being replayed, and what was asked for so far."""

    url: str
    answers: list[dict[str, Any]] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    """Indexes of the answers that were given."""
    unknown: list[str] = field(default_factory=list)
    """Requests that no answer was recorded for."""

    def play(self, recording: Recording) -> None:
        self.answers, self.asked, self.unknown = recording.answers, set(), []

    def not_asked_for(self) -> list[str]:
        return [
            f"{answer['method']} {answer['path']}"
            for number, answer in enumerate(self.answers)
            if number not in self.asked
        ]

    async def answer(self, request: Request) -> Response:
        for number, answer in enumerate(self.answers):
            if _is_for(answer, request):
                self.asked.add(number)
                return _response(answer)
        self.unknown.append(f"{request.method} {request.url.path}")
        return JSONResponse({"error": "Not recorded"}, 404)


def _is_for(answer: dict[str, Any], request: Request) -> bool:
    return (
        answer["method"] == request.method
        and answer["path"] == request.url.path
        and answer.get("query", {}).items() <= dict(request.query_params).items()
    )


def _response(answer: dict[str, Any]) -> Response:
    headers = answer.get("headers")
    if "text" in answer:
        return Response(answer["text"], answer["status"], headers)
    return JSONResponse(answer["body"], answer["status"], headers)


@contextmanager
def served() -> Iterator[Replay]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        replay = Replay(f"http://127.0.0.1:{listening.getsockname()[1]}")
        methods = ["GET", "POST", "PUT", "DELETE"]
        app = Starlette(routes=[Route("/{path:path}", replay.answer, methods=methods)])
        server = uvicorn.Server(
            uvicorn.Config(
                app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
        )
        # The socket listens already: a request that comes now waits for the server.
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield replay
        finally:
            server.should_exit = True
            thread.join(10)
