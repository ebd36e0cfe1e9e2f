"""Removes hidden characters from untrusted text, or shows them. Pure: no I/O.

A model reads characters that no screen shows: tags spell whole sentences (Unicode 23.9), controls
of direction show a text in another order than it is read in (CVE-2021-42574), variation selectors
carry bytes. Joiners stay where they join, as Persian, Indic scripts and emoji need them.
"""

import re
import unicodedata
from collections.abc import Callable

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
_EMOJI_SELECTOR = "\ufe0f"
_KEPT_CONTROLS = frozenset("\n\t")
_PLAIN = re.compile(r"[\t\n\x20-\x7e]*")


def visible(text: str) -> str:
    """Return a text without hidden characters; line ends become `\\n`."""
    if _PLAIN.fullmatch(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n")
    return _without_hidden(text, lambda hidden: "")


def revealed(text: str) -> str:
    """Return a text in which hidden characters are named, for somebody who decides about it."""
    if _PLAIN.fullmatch(text):
        return text
    text = text.replace("\r\n", "\n")
    for separator in "\u2028\u2029":
        text = text.replace(separator, _named(separator))
    return _without_hidden(text, _named)


def visible_line(text: str) -> str:
    """Return it on one line, for a name or a title."""
    return " ".join(visible(text).split())


def has_hidden(text: str) -> bool:
    return visible(text) != text


def _without_hidden(text: str, instead: Callable[[str], str]) -> str:
    kept: list[str] = []
    before = ""
    for character in text:
        is_kept = _is_visible(character) or (before and _joins(before, character))
        if is_kept:
            before = character
        kept.append(character if is_kept else instead(character))
    return "".join(kept)


def _named(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"


def _is_visible(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    if character in _BLANK_LETTERS or _is_variation_selector(character):
        return False
    # Cc controls, Cf formats, Cs surrogates, Co private use, Cn unassigned (noncharacters too)
    return not unicodedata.category(character).startswith("C")


def _is_variation_selector(character: str) -> bool:
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or "\u180b" <= character <= "\u180f"
    )


def _joins(before: str, character: str) -> bool:
    """Whether it joins what is before it. Not after another: a row of them could spell bits."""
    if character in _JOINERS or character == _EMOJI_SELECTOR:
        follows_selector = before == _EMOJI_SELECTOR and character in _JOINERS
        return follows_selector or not (before.isascii() or before in _JOINERS | {_EMOJI_SELECTOR})
    return False
