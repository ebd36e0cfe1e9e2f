"""What a container is to execute: an argv, from a line or from a Python script. Pure: no I/O."""

import base64
import re
import shlex
from collections.abc import Sequence

UV_IMAGE = "ghcr.io/astral-sh/uv:python3.12-bookworm"

MAX_SCRIPT_BYTES = 90_000
"""In base64 it is one word of a command, of which Linux takes 128 KiB."""

SHELL_ADVICE = (
    'For pipes, chaining, redirection or variables use ["/bin/sh", "-lc", "…"], if the image has a '
    "shell; for special characters in an argument use an array."
)
_FILE = re.compile(r"[\w@~./ -]+\.py", re.ASCII)
_NOT_IN_A_NAME = re.compile(r"[\s()=;'\"\[\]{}#]")


def split_command(line: str) -> list[str]:
    """Split like a shell; no shell runs it. Raises ValueError."""
    if _has_shell_syntax(line):
        raise ValueError(f"a string is split into words, and no shell reads it. {SHELL_ADVICE}")
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise ValueError("a quotation is not closed") from error
    if not words:
        raise ValueError("is empty")
    return words


def _has_shell_syntax(line: str) -> bool:
    quoted, characters = "", iter(line)
    for character in characters:
        if character == "\\" and quoted != "'":
            next(characters, None)
        elif character == quoted:
            quoted = ""
        elif quoted:
            continue
        elif character in "'\"":
            quoted = character
        elif character in "|&;<>()`*\n":
            return True
    return False


def uv_command(
    script: str, dependencies: Sequence[str], arguments: Sequence[str], python: str | None
) -> list[str]:
    """Return how uv runs a script: from a URL, a path in the image, or its own text."""
    options = [word for dependency in dependencies for word in ("--with", dependency)]
    options += ["-p", python] if python else []
    if not _is_text(script):
        return ["uv", "run", *options, script, *arguments]
    if len(script.encode()) > MAX_SCRIPT_BYTES:
        raise ValueError(
            f"is longer than {MAX_SCRIPT_BYTES:,} bytes. Put it into a repository and give its URL"
        )
    encoded = base64.b64encode(script.encode()).decode()
    command = shlex.join(["uv", "run", *options, "-", *arguments])
    return ["/bin/sh", "-lc", f'echo "{encoded}" | base64 -d | {command}']


def _is_text(script: str) -> bool:
    if script.startswith(("http://", "https://")) and not re.search(r"\s", script):
        return False
    if _FILE.fullmatch(script):
        return False
    return _NOT_IN_A_NAME.search(script) is not None
