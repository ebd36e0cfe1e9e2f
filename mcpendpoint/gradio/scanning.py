"""Finds in what a Space says of a tool what speaks to the model rather than of the tool.

Pure: no I/O. Named rules, few enough to be read, each from published attacks; they find what is
clumsy, and their silence proves nothing. Each is linear in the text, of which it reads some.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mcpendpoint.protocol.visible_text import has_hidden, revealed, visible, visible_line

MAX_TEXT_CHARS = 8_000
"""More than is passed on of any description."""
MAX_CHARS = 60_000
"""Of the texts of one tool together."""
MAX_TEXTS = 1_000
MAX_FINDINGS = 10
MAX_LEVELS = 41
"""Of a schema: more than any that is passed on has."""
WORDS_AROUND = 30
MAX_NAME_CHARS = 80
SHORTEST_NAME = 6


@dataclass(frozen=True)
class Finding:
    rule: str
    """A word for programs."""
    title: str
    """What it is, for a person."""
    place: str
    """Such as “description” or “parameter mode”."""
    words: str
    """As found, on one line, with hidden characters made visible."""


@dataclass(frozen=True)
class _Rule:
    name: str
    title: str
    pattern: re.Pattern[str]


def _rule(name: str, title: str, *alternatives: str) -> _Rule:
    return _Rule(name, title, re.compile("|".join(alternatives), re.IGNORECASE))


_NOT = r"\b(?:do not|don['’]?t|never|must not)\b"
_OTHER = r"(?:other|another|any(?: other)?|all(?: other)?|every(?: other)?|similar|alternative)"
_OTHER_TOOLS = rf"{_OTHER} (?:tools?|functions?|servers?)\b"
_USER = r"(?:the |your )?(?:users?|humans?|person|people|anyone|anybody)\b"
_PRIVATE = (
    r"(?:password|passphrase|secret|credential|private key|api[ _-]?key|access token|auth token|"
    r"session cookie|conversation|chat history|system prompt|environment variable)s?\b"
)
_LINE = r"(?:^|\n)[ \t]{0,8}"

RULES = (
    _rule(
        "override",
        "Tells the model to set its instructions aside",
        r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,20}\b(?:previous|prior|above|"
        r"earlier|preceding|existing|system|safety|developer|your)\b[^.\n]{0,20}"
        r"\b(?:instructions?|prompts?|rules|guidelines|messages|restrictions|policies)\b",
        r"\byou are now\b(?! able)",
        r"\byour new (?:role|task|goal|instructions?)\b",
    ),
    _rule(
        "secrecy",
        "Tells the model to keep something from its user",
        rf"{_NOT}[^.\n]{{0,20}}\b(?:tell|inform|notify|alert|show|ask) {_USER}",
        rf"\bwithout\b[^.\n]{{0,20}}\b(?:telling|informing|notifying|alerting|asking) {_USER}",
        rf"{_NOT} (?:mention|reveal|disclose)\b[^.\n]{{0,60}}\b{_USER}",
        rf"{_NOT} mention (?:this|that|it|any of this)\b",
        rf"\b(?:hide|conceal|keep)\b[^.\n]{{0,30}}\b(?:secret )?from {_USER}",
    ),
    _rule(
        "other_tools",
        "Tells the model how to use other tools",
        r"\b(?:before|after|when|whenever|prior to) (?:you )?(?:us(?:e|ing)|call(?:ing)?|"
        rf"invok(?:e|ing)|run(?:ning)?|execut(?:e|ing)) {_OTHER_TOOLS}",
        r"\bbefore (?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing)) this (?:tool|function)\b[^.\n]{0,20}"
        r"\b(?:read|open|send|fetch|access|load|cat|run)\b",
        rf"(?:{_NOT}|\bstop) (?:us(?:e|ing)|call(?:ing)?) {_OTHER_TOOLS}",
        r"\bwhen(?:ever)? \w{1,40}_\w{1,40} is (?:used|called|invoked)\b",
        r"\b(?:always|must) (?:first )?(?:use|call|run|invoke) the \w{1,60} (?:tool|function)\b",
    ),
    _rule(
        "exfiltration",
        "Asks for what is none of the tool’s business",
        r"\b(?:send|forward|upload|post|transmit|exfiltrate|e-?mail|pass|include|append|attach|read)"
        rf"\b(?! *[\"'])[^.\n]{{0,50}}\b{_PRIVATE}",
        r"~/\.(?:ssh|aws|cursor|config|netrc|gnupg|kube|docker)\b",
        r"\bid_(?:rsa|ed25519|ecdsa)\b",
        r"/etc/(?:passwd|shadow)\b",
        r"\bmcp\.json\b",
    ),
    _rule(
        "heading",
        "Is laid out like instructions of the model’s own system",
        r"</?(?:important|system|instructions?|secret|hidden|critical|admin|assistant)>",
        r"<\|[a-z_]{2,30}\|>",
        r"\[/?(?:inst|system|hidden|assistant)\]",
        rf"{_LINE}#{{1,6}}[ \t]{{0,8}}(?:system|new instructions|instructions? (?:to|for) (?:the )?"
        r"(?:model|assistant|ai|llm))\b",
        rf"{_LINE}system (?:prompt|message|instruction|note|override)s?[ \t]{{0,8}}:",
        r"\b(?:note|message|instructions?) (?:to|for) (?:the |any )?(?:ai|llm|language model|"
        r"assistant|agent)s?\b",
    ),
    _rule(
        "preference",
        "Wants to be preferred to other tools",
        r"\balways (?:use|call|choose|select|prefer|pick|run|invoke) (?:this|me|our)\b",
        r"\b(?:must|should) (?:always )?(?:be )?(?:used?|called?|chosen|choose|prefer(?:red)?|run|"
        r"invoked?) (?:this (?:tool|function) )?(?:first|before|instead of|over|rather than) "
        rf"{_OTHER}\b",
        r"\b(?:instead of|in place of|rather than|over|better than|superior to|replaces) "
        rf"(?:using )?{_OTHER_TOOLS}",
        r"\bthe (?:very )?(?:best|only|most (?:reliable|trusted|accurate|powerful|advanced)) "
        r"(?:available )?(?:tool|function|server|choice)\b",
        r"\bthe only (?:correct|valid|right|safe|official) (?:tool|function|way|server)\b",
        r"\b(?:prefer|prioriti[sz]e) this (?:tool|function|server)\b",
        r"\bthis (?:tool|function) (?:has|takes) (?:the )?(?:highest )?priority\b",
    ),
)


def scan(said: dict[str, Any]) -> tuple[Finding, ...]:
    """Return what is found in a tool as the Space describes it, at most MAX_FINDINGS."""
    found: dict[Finding, None] = {}
    room = MAX_CHARS
    for number, (place, text) in enumerate(_texts(said)):
        if room <= 0 or number == MAX_TEXTS:
            title = "Says more than is looked through"
            found[Finding("unread", title, place, f"{MAX_CHARS:,} characters")] = None
            break
        read = text[: min(room, MAX_TEXT_CHARS)]
        room -= len(read)
        found.update(dict.fromkeys(_found_in(read, place)))
        if len(found) >= MAX_FINDINGS:
            break
    return tuple(found)[:MAX_FINDINGS]


def _found_in(text: str, place: str) -> Iterator[Finding]:
    if has_hidden(text.replace("\r", "")):
        words = revealed(text)
        at = words.find("⟨U+")
        yield Finding(
            "hidden", "Has characters that no screen shows", place, _around(words, at, at + 1)
        )
    plain = visible_line(text) if place == "name" else _plain(text)
    for rule in RULES:
        match = rule.pattern.search(plain)
        if match:
            yield Finding(rule.name, rule.title, place, _around(plain, *match.span()))


def _plain(text: str) -> str:
    """Return it as it reads: hidden characters cannot take words apart, nor blanks."""
    return "\n".join(" ".join(line.split()) for line in visible(text).split("\n"))


def _around(text: str, start: int, end: int) -> str:
    first, last = max(0, start - WORDS_AROUND), min(len(text), end + WORDS_AROUND)
    words = " ".join(text[first:last].split())[:200]
    return f"{'…' if first else ''}{words}{'…' if last < len(text) else ''}"


def _texts(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return every text that a model may read, and where it is; what is read first comes first."""
    for name in ("name", "title", "description"):
        if isinstance(text := said.get(name), str) and text:
            yield name, text
    schema = said.get("inputSchema")
    if isinstance(schema, dict):
        yield from _schema_texts(schema, "input", MAX_LEVELS)
    yield from (("_meta", text) for text in _all_texts(said.get("_meta"), MAX_LEVELS))


def _all_texts(value: Any, levels: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif levels and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _all_texts(each, levels - 1)


_OF_TEXT = ("title", "description", "pattern", "format", "const", "default", "$comment")


def _schema_texts(schema: Any, place: str, levels: int) -> Iterator[tuple[str, str]]:
    if not levels:
        return
    if isinstance(schema, list):
        for each in schema:
            yield from _schema_texts(each, place, levels - 1)
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key in ("properties", "$defs", "definitions") and isinstance(value, dict):
            for name, of in value.items():
                inner = f"parameter {visible_line(name)[:MAX_NAME_CHARS]}"
                yield inner, name
                yield from _schema_texts(of, inner, levels - 1)
        elif key in _OF_TEXT and isinstance(value, str):
            yield place, value
        elif key in ("enum", "examples") and isinstance(value, list):
            yield from ((place, each) for each in value if isinstance(each, str))
        elif isinstance(value, dict | list):
            yield from _schema_texts(value, place, levels - 1)


# Letters of other scripts that look like Latin ones, and figures that are read as letters.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝвкмнтαοιρνκυτ0135ɑɡⅼ",
    "aeopcyxijsdhlqwbkmhtaoipvkutoiesagl",
)


def lookalike_of(name: str, known: Mapping[str, str]) -> Finding | None:
    """Return a finding for a name that is almost, or to the eye, one of `skeletons_of`."""
    plain = _skeleton(name)
    for other, built_in in known.items():
        if _is_near(plain, other):
            title = f"Has a name like the built-in tool {built_in}"
            return Finding("lookalike", title, "name", revealed(name)[:MAX_NAME_CHARS])
    return None


def skeletons_of(names: Iterable[str]) -> dict[str, str]:
    """Return names by what is left of them for the eye, but for those that are too short."""
    return {_skeleton(name): name for name in names if len(name) >= SHORTEST_NAME}


def _skeleton(name: str) -> str:
    letters = visible_line(name)[:MAX_NAME_CHARS].lower().translate(_LOOKALIKES)
    return re.sub(r"[\W_]+", "", letters.replace("rn", "m").replace("vv", "w"))


def _is_near(one: str, other: str) -> bool:
    """Whether at most one letter is added, missing, another or swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
