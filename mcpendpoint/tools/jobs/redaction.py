"""Takes secrets out of text: those that are known, and what looks like one. Pure: no I/O.

Values of secrets go wherever they stand, also in base64, quoted for a URL, or line by line. Of
ordinary environment variables only those whose names say that they are secret; `DEBUG=1` stays.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

MASK = "<redacted>"
WITHHELD = "<withheld: it has secrets that this server does not know>"

MIN_PLAIN_CHARS = 4
"""A shorter secret is taken out where it stands alone, or hardly a word would be left."""
MIN_PART_CHARS = 8
MIN_VARIABLE_CHARS = 8

_SECRET_WORDS = frozenset(
    {"TOKEN", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE"}
    | {"CREDENTIAL", "CREDENTIALS", "APIKEY", "KEY"}
)
_LOOKS_SECRET = re.compile(
    r"\bhf_(?:(?:oauth|jwt|app)_[\w.~+/-]{20,}|\w{20,})"
    r"|\bsk-[\w-]{20,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}"
    r"|\bxox[abeprs]-[\w-]{10,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
    r"|(?<=://)[^\s:/@]{1,200}:[^\s/@]{1,200}(?=@)",
    re.ASCII,
)
_PROGRAM = re.compile(r"[\w./+-]{1,60}", re.ASCII)


class Redactor:
    """`values` are secret; whatever is assigned to one of `names` is, too.

    `unknown` are names of secrets whose values nobody here knows, so they may stand anywhere.
    """

    def __init__(
        self,
        values: Iterable[str] = (),
        names: Iterable[str] = (),
        unknown: Sequence[str] = (),
    ) -> None:
        self.unknown = unknown
        forms = {form for value in values for form in _forms(value)}
        self._known = _any_of(sorted(forms, key=len, reverse=True))
        self._assigned = _assignment_to(sorted(names, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MASK, text)
        if self._assigned is not None:
            text = self._assigned.sub(rf"\g<1>{MASK}", text)
        return _LOOKS_SECRET.sub(MASK, text)

    def command(self, words: Sequence[str]) -> list[str]:
        """Return a command line: the program, and what it is given unless that may be a secret."""
        if self.unknown and words:
            return [self(words[0]) if _PROGRAM.fullmatch(words[0]) else WITHHELD] + (
                [WITHHELD] if len(words) > 1 else []
            )
        return [self(word) for word in words]

    def arguments(self, words: Sequence[str]) -> list[str]:
        return [WITHHELD] if self.unknown and words else [self(word) for word in words]


def secret_variables(environment: Mapping[str, str]) -> list[str]:
    """Return the values of variables that somebody should have made secrets."""
    return [environment[name] for name in secret_names(environment)]


def secret_names(environment: Mapping[str, str]) -> list[str]:
    return [
        name
        for name, value in environment.items()
        if len(value) >= MIN_VARIABLE_CHARS and _SECRET_WORDS & set(name.upper().split("_"))
    ]


def _forms(value: str) -> Iterator[str]:
    text = value.strip()
    if not text:
        return
    yield text
    if len(text) < MIN_PART_CHARS:
        return
    lines = [line.strip() for line in text.splitlines()]
    yield from (line for line in lines if len(line) >= MIN_PART_CHARS)
    yield quote(text, safe="")
    yield json.dumps(text)[1:-1]
    for raw in {value, text}:
        yield base64.b64encode(raw.encode("utf-8", "replace")).decode()


def _any_of(forms: Iterable[str]) -> re.Pattern[str] | None:
    patterns = list(map(_pattern_of, forms))
    return re.compile("|".join(patterns)) if patterns else None


def _pattern_of(form: str) -> str:
    if len(form) < MIN_PLAIN_CHARS:
        return rf"(?<!\w){re.escape(form)}(?!\w)"
    # What a long one is the beginning of is a secret of the same kind.
    return re.escape(form) + (r"\w*" if len(form) >= MIN_PART_CHARS else "")


def _assignment_to(names: Iterable[str]) -> re.Pattern[str] | None:
    """Match `NAME=value` and `"NAME": "value"`, as programs print their environment."""
    words = "|".join(map(re.escape, names))
    if not words:
        return None
    value = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s'"]+)"""
    return re.compile(rf"""((?<!\w)(?:{words})['"]?\s?[=:]\s?){value}""")
