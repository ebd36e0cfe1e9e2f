"""Parses the argv of each command into words and options. Pure: no I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from mcpendpoint.tools.hf_fs.failures import invalid


class Command(StrEnum):
    LS = "ls"
    CAT = "cat"
    ATTACH = "attach"
    STAT = "stat"
    FIND = "find"
    SEARCH = "search"


COMMAND_ALIASES = {
    **dict.fromkeys(("list", "dir", "tree"), "ls"),
    **dict.fromkeys(("read", "get", "open", "head", "less"), "cat"),
    **dict.fromkeys(("info", "details"), "stat"),
    **dict.fromkeys(("view", "image", "show"), "attach"),
}

Kind = Literal["flag", "text", "integer", "texts"]


@dataclass(frozen=True)
class Option:
    key: str
    kind: Kind


def options(kind: Kind, /, **spellings: str) -> dict[str, Option]:
    return {
        spelling: Option(key, kind)
        for key, words in spellings.items()
        for spelling in words.split()
    }


_TYPE = options("text", type="--type --entry-type -type")
_LIMIT = options("integer", limit="--limit -limit")
_OFFSET = options("integer", offset="--offset -offset")
_MAX_BYTES = options("integer", max_bytes="--max-bytes -max-bytes")
_SORT = options("text", sort="--sort")
_RECURSIVE = options("flag", recursive="--recursive -R -r")

OPTIONS: Mapping[Command, Mapping[str, Option]] = {
    Command.LS: {
        **_RECURSIVE,
        **options("flag", recursive="-lR -laR", long="-l -a -la -al --long"),
        **options("text", path="--glob"),
        **_TYPE,
        **_SORT,
        **_LIMIT,
        **_OFFSET,
    },
    Command.CAT: {**_OFFSET, **_MAX_BYTES},
    Command.ATTACH: _MAX_BYTES,
    Command.STAT: {},
    Command.FIND: {
        **_RECURSIVE,
        **options("text", name="--name -name --glob", path="--path -path"),
        **_TYPE,
        **_LIMIT,
        **_OFFSET,
    },
    Command.SEARCH: {
        **options("text", query="--query", kind="--kind"),
        **options("texts", tags="--tag"),
        **_TYPE,
        **_SORT,
        **_LIMIT,
        **_OFFSET,
    },
}
_INTEGER = re.compile(r"(-?\d{1,15})(?:\.0+)?", re.ASCII)
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SWITCH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Given:
    """The options of one command line, by key."""

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.texts: dict[str, str] = {}
        self.integers: dict[str, int] = {}
        self.repeated: list[str] = []
        """Values of the option that may be given several times: a grammar has one at most."""

    def __contains__(self, key: str) -> bool:
        return key in self.texts or key in self.integers


def split_argv(
    command: str, args: Sequence[str], known: Mapping[str, Option]
) -> tuple[list[str], Given]:
    """Return what stands alone, and the options; `known` are those of the command."""
    for arg in args:
        if any(0xD800 <= ord(char) <= 0xDFFF for char in arg):
            raise invalid("an argument is not valid Unicode text")
    words = list(args[1:] if args and args[0] == command else args)
    positionals, given = [], Given()
    while words:
        word = words.pop(0)
        spelling, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        option = known.get(spelling) or known.get(_usual(spelling))
        if option is None:
            if word.startswith("-"):
                raise invalid(f"unexpected argument for {command}: {shown(word)}")
            positionals.append(word)
        elif option.kind == "flag":
            if _is_on(spelling, value if equals else "true"):
                given.flags.add(option.key)
        else:
            if not equals and not words:
                raise invalid(f"{spelling} requires a value")
            _take(given, option, spelling, value if equals else words.pop(0))
    return positionals, given


def _usual(spelling: str) -> str:
    """Return `--max-bytes` for `--maxBytes`, `--max_bytes` and `--MAX-BYTES`."""
    if not spelling.startswith("--"):
        return spelling
    words = spelling if spelling.isupper() else _BEFORE_CAPITAL.sub("-", spelling)
    return words.lower().replace("_", "-")


def _is_on(spelling: str, value: str) -> bool:
    if value.lower() not in _SWITCH:
        raise invalid(f"{spelling} is either given or not, without a value")
    return _SWITCH[value.lower()]


def _take(given: Given, option: Option, spelling: str, value: str) -> None:
    if option.kind == "texts":
        given.repeated.append(value)
        return
    if option.key in given:
        raise invalid(f"duplicate option for {option.key}: {spelling}")
    if option.kind == "integer":
        number = _INTEGER.fullmatch(value.strip())
        if number is None:
            raise invalid(f"{spelling} requires an integer, for example {spelling} 10")
        given.integers[option.key] = int(number[1])
    else:
        given.texts[option.key] = value


def shown(text: str) -> str:
    return " ".join(text[:100].split())
