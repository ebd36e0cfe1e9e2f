"""A language in which every message is marked, so that what is not can be found on a page.

It takes the place of French: `with spoken(): client.get(url, headers={"accept-language": "fr"})`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import trans_real

OPEN, CLOSE = "⟦", "⟧"
READ_OUT = ("alt", "aria-label", "title", "placeholder", "data-copied", "data-not-copied")
"""Attributes that people read or hear."""
NOT_WORDS = ("code", "pre", "script", "style")
VOID = frozenset(
    ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
)


class _Marked(trans_real.DjangoTranslation):
    def __init__(self) -> None:
        super().__init__("fr")

    def gettext(self, message: str) -> str:
        return OPEN + message + CLOSE

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


@contextmanager
def spoken() -> Iterator[None]:
    kept: dict[str, Any] = trans_real._translations  # type: ignore[attr-defined]
    before = kept.get("fr")
    kept["fr"] = _Marked()
    try:
        yield
    finally:
        kept.pop("fr") if before is None else kept.update(fr=before)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.unmarked: list[str] = []
        self._depth = 0  # of marks: a message may go over several elements
        self._skipped: list[bool] = []  # for each open element

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        for name in READ_OUT:
            self._note(_outside(told.get(name) or "", self._depth)[0])
        if tag in VOID:
            return
        is_other = "lang" in told and tag != "html"  # in a language of its own, for all readers
        self._skipped.append(self._is_skipped or tag in NOT_WORDS or is_other)

    def handle_endtag(self, tag: str) -> None:
        self._skipped.pop()

    def handle_data(self, data: str) -> None:
        outside, self._depth = _outside(data, self._depth)
        if not self._is_skipped:
            self._note(outside)

    @property
    def _is_skipped(self) -> bool:
        return bool(self._skipped and self._skipped[-1])

    def _note(self, text: str) -> None:
        if re.search(r"[^\W\d_]", text):
            self.unmarked.append(" ".join(text.split()))


def _outside(text: str, depth: int) -> tuple[str, int]:
    """Return what stands outside of marks, and how deep within them the text ends."""
    kept = []
    for character in text:
        depth += (character == OPEN) - (character == CLOSE)
        if depth == 0 and character != CLOSE:
            kept.append(character)
    return "".join(kept), depth


def unmarked_in(page: str, data: tuple[str, ...] = ()) -> list[str]:
    """Return what people read on a page that is no message, apart from `data`."""
    reader = _Reader()
    reader.feed(page)
    return [text for text in reader.unmarked if text not in data]
