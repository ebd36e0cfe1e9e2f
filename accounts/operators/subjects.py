"""Whom an operator means: a person by name or id, or the members of an organization. Pure: no I/O.

Written as `name`, `id:…` or 24 hex digits, `org:name` or `org:` and 24 hex digits. Each has one
form in which it is stored and compared, its word: in lower case, ids of people with `id:`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.hub_names import MAX_NAME, is_hub_name

OF_ID, OF_ORGANIZATION = "id:", "org:"
MAX_WORD = len(OF_ORGANIZATION) + MAX_NAME
_HUB_ID = re.compile(r"[0-9a-f]{24}")
_ANY_ID = re.compile(r"[!-+\--~]{1,64}")  # no comma, which separates entries of a setting


@dataclass(frozen=True)
class Organization:
    """One that somebody is a member of, as Hugging Face told it."""

    hf_id: str
    name: str


def word_of(text: str) -> str:
    """Raises ValueError for what means nobody."""
    text = text.strip().lower()
    if text.startswith(OF_ORGANIZATION):
        return OF_ORGANIZATION + _name(text.removeprefix(OF_ORGANIZATION))
    if text.startswith(OF_ID):
        hf_id = text.removeprefix(OF_ID)
        if not _ANY_ID.fullmatch(hf_id):
            raise ValueError("no id")
        return OF_ID + hf_id
    return OF_ID + text if is_hub_id(text) else _name(text)


def _name(text: str) -> str:
    if not is_hub_name(text):
        raise ValueError("no name")
    return text


def id_of(word: str) -> str:
    """Return the id of a person that a word is, "" for another word."""
    return word.removeprefix(OF_ID) if word.startswith(OF_ID) else ""


def is_hub_id(hf_id: str) -> bool:
    """Whether an id has the form of those on huggingface.co."""
    return _HUB_ID.fullmatch(hf_id) is not None


def is_name(word: str) -> bool:
    """Whether a word is a name, of a person or an organization, and so may change hands."""
    return not id_of(word) and not is_hub_id(word.removeprefix(OF_ORGANIZATION))


def words_by_id(hf_id: str, organizations: Iterable[Organization]) -> set[str]:
    """Return the words that mean somebody by ids, which never change hands."""
    return {
        f"{OF_ID}{hf_id}".lower(),
        *(f"{OF_ORGANIZATION}{each.hf_id}".lower() for each in organizations),
    }


def names_held(hf_id: str, name: str, organizations: Iterable[Organization]) -> dict[str, str]:
    """Return the names by which somebody could be meant now, and whose id has each."""
    return {
        **{f"{OF_ORGANIZATION}{each.name}".lower(): each.hf_id for each in organizations},
        name.lower(): hf_id,
    }
