"""What a decision is about: a call, by a digest of its arguments, and what a person is shown of it.

Pure but for the key of the digest. What is shown was written by an assistant, or by whoever misled
it: it is bounded, without hidden characters, and says what was left out.
"""

import json
from typing import Any

from django.utils.crypto import salted_hmac

from accounts.approvals import Subject
from mcpendpoint.protocol.client_tag import ClientTag
from mcpendpoint.protocol.visible_text import visible, visible_line
from mcpendpoint.tools.base import Consequence

MAX_TITLE_CHARS = 500
MAX_LINE_CHARS = 10_000
MAX_LINES = 40
MAX_CHARS = 30_000
MAX_MESSAGE_CHARS = 4_000
"""Of what a client shows, which has less room than a page."""


def subject_of(
    tool: str, arguments: dict[str, Any], consequence: Consequence, client: ClientTag
) -> Subject:
    return Subject(
        tool=tool,
        digest=digest_of(tool, arguments),
        kinds=tuple(sorted(consequence.kinds)),
        title=shortened(visible_line(consequence.title), MAX_TITLE_CHARS),
        lines=tuple(_within_bounds(consequence.lines)),
        client=visible_line(f"{client.name} {client.version}"),
    )


def digest_of(tool: str, arguments: dict[str, Any]) -> str:
    """Keyed: arguments can be short enough to be guessed from it."""
    call = json.dumps([tool, arguments], sort_keys=True)
    return salted_hmac("mcpendpoint.approvals", call, algorithm="sha256").hexdigest()


def message_of(subject: Subject) -> str:
    """Return what the client shows to the person."""
    text = "\n".join([f"{subject.title}?", *(["", *subject.lines] if subject.lines else [])])
    return shortened(text, MAX_MESSAGE_CHARS)


def shortened(text: str, max_chars: int) -> str:
    """Leave out the middle: what is at stake may be said last."""
    if len(text) <= max_chars:
        return text
    left_out = len(text) - max_chars
    half = max_chars // 2
    return f"{text[:half]}\n[… {left_out:,} characters are left out here …]\n{text[-half:]}"


def _within_bounds(lines: tuple[str, ...]) -> list[str]:
    bounded, room = [], MAX_CHARS
    for line in lines[:MAX_LINES]:
        text = shortened(visible(line), min(MAX_LINE_CHARS, max(room, 100)))
        bounded.append(text)
        room -= len(text)
    if len(lines) > MAX_LINES:
        bounded.append(f"[… {len(lines) - MAX_LINES} more lines are left out here …]")
    return bounded
