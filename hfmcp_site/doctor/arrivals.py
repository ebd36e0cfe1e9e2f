"""Tells `hfmcp doctor`, and nobody else, how its request to /healthz arrived here.

It asks with a note that SECRET_KEY signed a moment ago, so an answer also shows that what is
reached has the same key.
"""

import asyncio
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import orjson
from django.conf import settings
from django.core import signing

from accounts.proxies import client_behind
from hfmcp_site.doctor.files import has_mark

HEADER = "x-hfmcp-doctor"
GOOD_FOR_SECONDS = 60
PIECES = 3
PIECE_SECONDS = 0.5
MOST_SILENT_SECONDS = 900

_SALT = "hfmcp.doctor"
PROCESS = token_hex(4)


@dataclass(frozen=True)
class Question:
    mark: str = ""
    """Name of a file that may be in FILES_DIRECTORY."""
    streams: bool = False
    """Whether to answer piece by piece, as streams do."""
    silent_seconds: int = 0
    """How long to say nothing first, as a call that takes long."""


def sign(question: Question) -> str:
    return signing.dumps(vars(question), salt=_SALT)


def read_question(scope: dict[str, Any]) -> Question | None:
    """Return what is asked by whoever has SECRET_KEY; None for everybody else."""
    notes = [value for name, value in scope["headers"] if name == HEADER.encode()]
    if not notes:
        return None
    try:
        note = notes[0].decode("latin-1")
        return Question(**signing.loads(note, salt=_SALT, max_age=GOOD_FOR_SECONDS))
    except (signing.BadSignature, TypeError):
        return None


async def answer(question: Question, scope: dict[str, Any], send: Any) -> None:
    await asyncio.sleep(min(question.silent_seconds, MOST_SILENT_SECONDS))
    body = orjson.dumps(_arrival(scope, question.mark))
    kind = b"text/event-stream" if question.streams else b"application/json"
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if question.streams:
        for _ in range(PIECES):
            await send({"type": "http.response.body", "body": b": \n\n", "more_body": True})
            await asyncio.sleep(PIECE_SECONDS)
        body = b"data: " + body + b"\n\n"
    await send({"type": "http.response.body", "body": body})


def _arrival(scope: dict[str, Any], mark: str) -> dict[str, Any]:
    def lines(name: bytes) -> list[str]:
        return [value.decode("latin-1") for each, value in scope["headers"] if each == name]

    forwarded_for, peer = lines(b"x-forwarded-for"), (scope.get("client") or ("",))[0]
    return {
        "host": ", ".join(lines(b"host")),
        "proto": ", ".join(lines(b"x-forwarded-proto")) or scope.get("scheme", ""),
        "hops": sum(len(line.split(",")) for line in forwarded_for),
        "peer": peer,
        "client": client_behind(peer, forwarded_for, settings.TRUSTED_PROXIES),
        "process": PROCESS,
        "has_mark": has_mark(mark) if mark else None,
    }
