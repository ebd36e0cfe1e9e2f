"""What a decision is about: a call, by a digest of its arguments, and what a person is shown of it.

Pure but for the key of the digest. What is shown was written by an assistant, or by whoever misled
it: it is bounded, without hidden characters, and says what was left out.
"""

import json
from typing import Any

from django.utils.crypto import salted_hmac

from accounts.approvals import Subject
from mcpendpoint.access.who import Credential
from mcpendpoint.protocol.visible_text import visible, visible_line
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.tools.base import Consequence

MAX_TOOL_CHARS = 120
MAX_CLIENT_CHARS = 160
MAX_TITLE_CHARS = 500
MAX_LINE_CHARS = 10_000
MAX_LINES = 40
MAX_CHARS = 30_000
MAX_MESSAGE_CHARS = 4_000
"""Of what a client shows, which has less room than a page."""

CREDENTIALS = {
    Credential.ACCESS_KEY: "the access key",
    Credential.OAUTH: "the app",
    Credential.HF_TOKEN: "a Hugging Face token",
}


def subject_of(
    tool: str, arguments: dict[str, Any], consequence: Consequence, context: RequestContext
) -> Subject:
    return Subject(
        tool=visible_line(tool)[:MAX_TOOL_CHARS],
        digest=digest_of(tool, arguments),
        kinds=tuple(sorted(consequence.kinds)),
        title=shortened(visible_line(consequence.title), MAX_TITLE_CHARS),
        lines=tuple(_within_bounds(consequence.lines)),
        client=_client_of(context)[:MAX_CLIENT_CHARS],
    )


def _client_of(context: RequestContext) -> str:
    """Return who calls: what its owner calls the credential, and what the client calls itself."""
    caller, itself = context.caller, context.client
    held = visible_line(f"{CREDENTIALS.get(caller.credential, '')} {caller.credential_name}")
    named = visible_line(f"{itself.name} {itself.version}")
    return f"{held} (client: {named[:60]})" if named else held


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
