"""What a decision is about: a call, by a digest of its arguments, and what a person is shown of it.

Pure but for the key of the digest. What is shown was written by an assistant, or by whoever misled
it: it is bounded, says what was left out, and no part of it can pass for another.
"""

import json
from typing import Any

from django.utils.crypto import salted_hmac

from accounts.approvals import Subject
from mcpendpoint.access.who import Credential
from mcpendpoint.protocol.visible_text import revealed, visible_line
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.tools.base import Consequence, ToolError

MAX_TOOL_CHARS = 120
MAX_CLIENT_CHARS = 160
MAX_TITLE_CHARS = 500
MAX_LINES = 100
MAX_CHARS = 100_000
"""Of all lines. Longer texts cannot be read before the time is over."""
MAX_MESSAGE_CHARS = 4_000
"""Of what a client shows, which has less room than a page."""
SHORT_CHARS = 300
"""Of a fact, in contrast to a text."""
INDENT = "    "
HIDDEN = "Careful: this has characters that no screen shows. They stand here as ⟨U+…⟩."

CREDENTIALS = {
    Credential.ACCESS_KEY: "a program with the access key",
    Credential.OAUTH: "the app",
    Credential.HF_TOKEN: "a program with your Hugging Face token",
    Credential.SESSION: "you, on this site",
}


def subject_of(
    tool: str, arguments: dict[str, Any], consequence: Consequence, context: RequestContext
) -> Subject:
    return Subject(
        tool=visible_line(tool)[:MAX_TOOL_CHARS],
        digest=digest_of(tool, arguments, consequence.state),
        kinds=tuple(sorted(consequence.kinds)),
        title=_title(consequence.title),
        lines=tuple(_within_bounds(consequence.lines)),
        client=client_of(context)[:MAX_CLIENT_CHARS],
    )


def client_of(context: RequestContext) -> str:
    """Return who calls: what its owner calls the credential, and what the client calls itself."""
    caller, itself = context.caller, context.client
    held = visible_line(f"{CREDENTIALS.get(caller.credential, '')} {caller.credential_name}")
    named = visible_line(f"{itself.name} {itself.version}")
    if not named or caller.credential is Credential.SESSION:
        return held
    return f"{held}, which calls itself {named[:60]}"


def digest_of(tool: str, arguments: dict[str, Any], state: str) -> str:
    """Keyed: arguments can be short enough to be guessed from it. Raises ToolError."""
    try:
        call = json.dumps([tool, arguments, state], sort_keys=True)
    except RecursionError as error:
        raise ToolError("The arguments are nested too deeply.") from error
    return salted_hmac("mcpendpoint.approvals", call, algorithm="sha256").hexdigest()


def fits_in_client(subject: Subject) -> bool:
    """Return whether a client can show all of it."""
    return sum(map(len, subject.lines)) <= MAX_MESSAGE_CHARS


def message_of(subject: Subject) -> str:
    """Return what the client shows to the person: facts in full, texts as far as they fit.

    Claude Code shows the first three lines: so there is no empty one, and what decides comes first.
    """
    facts = [len(line) for line in subject.lines if len(line) <= SHORT_CHARS]
    texts = len(subject.lines) - len(facts)
    for_each_text = max(SHORT_CHARS, (MAX_MESSAGE_CHARS - sum(facts)) // max(texts, 1))
    if fits_in_client(subject):
        for_each_text = MAX_MESSAGE_CHARS
    shown = [f"{subject.title}?"]
    room = MAX_MESSAGE_CHARS
    for number, line in enumerate(subject.lines):
        text = shortened(line, for_each_text)
        room -= len(text)
        if room < 0:
            shown.append(_left_out(len(subject.lines) - number))
            break
        # What belongs to a line cannot pass for the next one.
        shown.append(text.replace("\n", f"\n{INDENT}"))
    return "\n".join(shown)


def _left_out(lines: int) -> str:
    return f"[… {lines} more lines are left out here …]"


def shortened(text: str, max_chars: int) -> str:
    """Leave out the middle: what is at stake may be said last."""
    if len(text) <= max_chars:
        return text
    left_out = len(text) - max_chars
    half = max_chars // 2
    return f"{text[:half]}\n[… {left_out:,} characters are left out here …]\n{text[-half:]}"


def _title(text: str) -> str:
    return shortened(" ".join(revealed(text).split()), MAX_TITLE_CHARS)


def _within_bounds(lines: tuple[str, ...]) -> list[str]:
    bounded, room = [], MAX_CHARS
    for number, line in enumerate(lines[:MAX_LINES]):
        rest = sum(min(len(other), SHORT_CHARS) for other in lines[number + 1 : MAX_LINES])
        text = shortened(revealed(line), max(SHORT_CHARS, room - rest))
        bounded.append(text)
        room -= len(text)
    if len(lines) > MAX_LINES:
        bounded.append(_left_out(len(lines) - MAX_LINES))
    if any("⟨U+" in text for text in bounded):
        bounded.insert(0, HIDDEN)
    return bounded
