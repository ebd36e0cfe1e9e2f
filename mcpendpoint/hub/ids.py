"""Names on the Hub, checked before they become part of a URL. Pure: no I/O."""

import re
from urllib.parse import quote

_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_REPO_ID = re.compile(rf"(?:{_NAME}/)?{_NAME}", re.ASCII)

_JOB_ID = re.compile(r"(?=.{1,50}\Z)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.ASCII)
"""It becomes a part of a host name, in which `--` stands before the port."""


class BadRepoId(ValueError):
    """A text that no repository can be called."""


def parse_repo_id(text: str) -> str:
    """Return `owner/name`, or `name` as canonical repositories and accounts have it.

    Raises BadRepoId, whose message says what an id looks like.
    """
    if len(text) > 193 or ".." in text or not _REPO_ID.fullmatch(text):
        raise BadRepoId(
            f"{text[:100]!r} is not a repository id. It should be `owner/name` of letters, digits, "
            "'-', '_' and '.'."
        )
    return text


def url_path(*segments: str) -> str:
    """Join path segments, each encoded. A segment that would change the path raises BadRepoId."""
    for segment in segments:
        if segment in ("", ".", ".."):
            raise BadRepoId(f"{segment!r} cannot be part of a path.")
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def is_space_id(text: str) -> bool:
    """Say whether a Space can be called this: Spaces always have an owner."""
    try:
        return "/" in parse_repo_id(text)
    except BadRepoId:
        return False


def is_job_id(text: str) -> bool:
    return _JOB_ID.fullmatch(text) is not None
