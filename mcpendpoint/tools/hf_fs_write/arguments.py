"""The argv of put and rm, and the change that they ask for. Pure: no I/O."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mcpendpoint.files.handles import id_in
from mcpendpoint.hub.files import MAIN
from mcpendpoint.hub.references import HUB
from mcpendpoint.tools.hf_fs.failures import invalid
from mcpendpoint.tools.hf_fs.options import Given, Option, options, shown, split_argv
from mcpendpoint.tools.hf_fs.uri import FILE_ROOTS, Uri, parse_uri

MAX_CONTENT_BYTES = 16_000_000
MAX_MESSAGE_CHARS = 500
MAX_DESCRIPTION_CHARS = 20_000
MAX_BRANCH_CHARS = 250
BUCKETS = "buckets"


class WriteCommand(StrEnum):
    PUT = "put"
    RM = "rm"


_COMMON = {
    **options("text", message="-m --message", description="--description"),
    **options("text", branch="--branch", parent="--parent-commit"),
    **options("flag", create_pr="--create-pr"),
}
_OPTIONS: Mapping[WriteCommand, Mapping[str, Option]] = {
    WriteCommand.PUT: {
        **_COMMON,
        **options("flag", base64="--base64"),
        **options("text", source="--from"),
    },
    WriteCommand.RM: _COMMON,
}
_SHA = re.compile(r"[0-9A-Fa-f]{40}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Change:
    command: WriteCommand
    uri: Uri
    content: bytes
    """What to put, where there is no `source`."""
    message: str
    description: str | None
    branch: str
    """Where it goes; buckets have none, and it is not asked for there."""
    creates_pull_request: bool
    parent: str | None
    """The commit that the branch is expected to be at."""
    source: str = ""
    """The handle of the file to put."""

    @property
    def is_in_bucket(self) -> bool:
        return self.uri.root == BUCKETS


def parse_change(
    command: WriteCommand,
    args: Sequence[str],
    content: str | None,
    *,
    endpoint: str = HUB,
) -> Change:
    """Raises Failure."""
    positionals, given = split_argv(command, args, _OPTIONS[command])
    if not positionals:
        raise invalid(f"{command} requires an hf:// file URI")
    if len(positionals) > 1:
        raise invalid(
            f"unexpected argument for {command}: {shown(positionals[1])}. "
            "Each option and its value is one item of args; what to write goes into content."
        )
    uri = _file_uri(command, positionals[0], endpoint)
    if uri.root == BUCKETS:
        _check_bucket_options(given)
    source = _source(given, content)
    if not source:
        written = _bytes_of(command, content, is_base64="base64" in given.flags)
    return Change(
        command=command,
        uri=uri,
        content=b"" if source else written,
        source=source,
        message=_text(given, "message", MAX_MESSAGE_CHARS) or _default_message(command, uri),
        description=_text(given, "description", MAX_DESCRIPTION_CHARS),
        branch=_branch(given, uri),
        creates_pull_request="create_pr" in given.flags,
        parent=_parent(given),
    )


def _file_uri(command: WriteCommand, written: str, endpoint: str) -> Uri:
    uri = parse_uri(written, endpoint=endpoint)
    if uri.root not in FILE_ROOTS:
        raise invalid(
            f"{command} requires a file of a repository or bucket: "
            "hf://models|datasets|spaces|buckets/OWNER/NAME/PATH"
        )
    if not uri.id_length:
        raise invalid(f"{command} requires a URI that points to a file path, not a namespace")
    if not uri.path or written.rstrip().endswith("/"):
        raise invalid(f"{command} requires a URI that points to a file path, not a folder")
    if _CONTROL.search(uri.path):
        raise invalid("a path cannot have control characters, such as line breaks")
    return uri


def _check_bucket_options(given: Given) -> None:
    if "branch" in given:
        raise invalid("branch is not supported for bucket writes")
    if "create_pr" in given.flags or "description" in given or "parent" in given:
        raise invalid(
            "pull requests, descriptions, and parent commits are not supported for bucket writes"
        )


def _bytes_of(command: WriteCommand, content: str | None, *, is_base64: bool) -> bytes:
    if command is WriteCommand.RM:
        if content:
            raise invalid("content is only valid with put")
        return b""
    if content is None:
        raise invalid("put requires content; for an empty file that is an empty text")
    found = _decoded(content) if is_base64 else _encoded(content)
    if len(found) > MAX_CONTENT_BYTES:
        raise invalid(
            f"content has {len(found):,} bytes, and {MAX_CONTENT_BYTES:,} is the most that one "
            "call can write. Larger files can be uploaded with git or the hf command line."
        )
    return found


def _source(given: Given, content: str | None) -> str:
    """Return "" where there is none."""
    source = given.texts.get("source", "")
    if source and (content or "base64" in given.flags):
        raise invalid("--from says what to write: leave out content and --base64")
    if source and id_in(source) is None:
        raise invalid(
            "--from takes the handle of a file (file://…/NAME), as the page Files and upload_file "
            "give it; not a path"
        )
    return source


def _encoded(content: str) -> bytes:
    try:
        return content.encode()
    except UnicodeEncodeError:
        raise invalid("content is not valid Unicode text") from None


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("with --base64, content must be valid standard base64") from None


def _text(given: Given, key: str, max_chars: int) -> str | None:
    text = given.texts.get(key)
    if text is None:
        return None
    if not text.strip():
        raise invalid(f"--{key} requires a non-empty value")
    if len(text) > max_chars:
        raise invalid(f"--{key} is longer than {max_chars:,} characters")
    return text.strip()


def _default_message(command: WriteCommand, uri: Uri) -> str:
    verb = "Put" if command is WriteCommand.PUT else "Remove"
    return f"{verb} {uri.path}"


def _branch(given: Given, uri: Uri) -> str:
    named = _text(given, "branch", MAX_BRANCH_CHARS)
    if named is not None and uri.revision is not None and named != uri.revision:
        raise invalid("name the branch either with '@REVISION' in the URI or with --branch")
    if named in (".", ".."):
        raise invalid(f"'{named}' is not the name of a branch")
    return named or uri.revision or MAIN


def _parent(given: Given) -> str | None:
    sha = given.texts.get("parent")
    if sha is not None and not _SHA.fullmatch(sha):
        raise invalid("--parent-commit requires a 40-character Git commit SHA")
    return sha.lower() if sha else None
