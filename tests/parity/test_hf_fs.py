"""hf_fs has the same entries, contents and error codes, but where the reference does worse."""

import re
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any

import pytest

from tests.parity.operations import Asked, operations
from tests.parity.servers import Answer, Both

DELIBERATE: Mapping[str, str] = {
    "* hf://README.md": "our guides are our own",
    "* hf://papers/README.md": "our guides are our own",
    "* hf://collections/README.md": "our guides are our own",
    "find hf://models": "the reference fails the whole batch",
    "find hf://datasets": "the reference fails the whole batch",
    "find hf://spaces": "the reference fails the whole batch",
    "* hf://buckets": "the reference fails the whole batch",
    "* hf://models/acme/tiny-llm@refs/pr/1": "the reference refuses its own URL",
    "* hf://models/acme/tiny-llm@feature%2Fquantized": "the reference refuses its own URL",
    "ls hf://*/README.md*": "it is there, but not a directory",
    "ls hf://*/config.json*": "it is there, but not a directory",
    "ls hf://spaces/acme/image-maker/app.py": "it is there, but not a directory",
    "ls https://*/README.md": "it is there, but not a directory",
    "* hf://models/nobody-here": "whether somebody exists is looked up",
    "find hf://buckets/acme/files": "folders of a bucket are found as those of a repository",
    "stat hf://buckets/*": "without a token the Hub does not say whether it exists",
    "* hf://foo/bar": "a model needs no type, as huggingface_hub has it",
    "attach hf://models//x": "what is wrong with the URI comes first",
    "attach hf://papers/*/README.md": "a linked repository's file is one",
    "find hf://docs/hub/nope.md": "what is not there is said to be missing",
    "ls hf://docs": "products are listed without reading the index of each",
    "* hf://papers/trending": "why a list ends has one name everywhere",
    "ls hf://papers --sort trending": "why a list ends has one name everywhere",
    "ls hf://papers/daily/latest --limit 2": "why a list ends has one name everywhere",
}

NOT_COMPARED = {"warnings", "truncation_message", "observed_at"}
"""What each says in its own words, or says when it was asked."""

ALL = tuple(operations())


def is_deliberate(asked: Asked) -> bool:
    return any(fnmatch(str(asked), pattern) for pattern in DELIBERATE)


@pytest.mark.parametrize("asked", [asked for asked in ALL if not is_deliberate(asked)], ids=str)
def test_both_answer_the_same(both: Both, asked: Asked):
    theirs, ours = outcomes(both, asked)

    assert known_to(theirs, ours) == theirs


@pytest.mark.parametrize("pattern", DELIBERATE)
def test_where_they_differ_they_still_do(both: Both, pattern: str):
    pairs = [outcomes(both, asked) for asked in ALL if fnmatch(str(asked), pattern)]

    assert any(known_to(theirs, ours) != theirs for theirs, ours in pairs)


def outcomes(both: Both, asked: Asked) -> tuple[Any, Any]:
    """Return a result, the code of an error, or None for the reference's failure of a batch."""
    arguments = {"operations": [{"cmd": asked.command, "args": asked.args}]}
    theirs, ours = both.call("hf_fs", arguments, asked.token)
    return outcome(theirs), outcome(ours)


def outcome(answer: Answer) -> Any:
    for item in answer.content.get("results", ()):
        return item["error"]["code"] if item["status"] == "error" else plain(item["result"])
    return None


def plain(value: Any) -> Any:
    """Return it without what depends on the time, on the port and on how a time is written."""
    match value:
        case str():
            value = re.sub(r"http://127\.0\.0\.1:\d+", "https://huggingface.co", value)
            return re.sub(r"(T\d\d:\d\d:\d\d)\.\d+Z", r"\1Z", value)
        case list():
            return list(map(plain, value))
        case dict():
            own_words = {"description"} if value.get("type") in ("dir", "file") else set()
            hidden = NOT_COMPARED | own_words
            return {key: plain(item) for key, item in value.items() if key not in hidden}
        case _:
            return value


def known_to(theirs: Any, ours: Any) -> Any:
    """Return of ours what the reference says too: ours may say more of each thing."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return {key: known_to(value, ours.get(key)) for key, value in theirs.items()}
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [known_to(one, other) for one, other in zip(theirs, ours, strict=True)]
    return ours
