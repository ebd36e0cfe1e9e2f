"""Configs and splits of a dataset: which one is meant, and how its columns are written."""

from collections.abc import Iterable
from typing import Any

from mcpendpoint.hub.viewer import Feature, Split, Splits
from mcpendpoint.tools.hub_failures import Problem
from mcpendpoint.tools.markdown import code, one_line
from mcpendpoint.tools.repo_details.results import Column
from mcpendpoint.tools.repo_details.values import TOO_DEEP, is_too_deep, text_of
from mcpendpoint.tools.repo_details.viewing import reasons

MAX_OPTIONS = 50
MAX_NAME_CHARS = 200
MAX_TYPE_CHARS = 200


def name_of(split: Split) -> str:
    return f"{split.config}/{split.split}"


def choose(answer: Splits, config: str | None, split: str | None) -> Split | Problem:
    """Return the split that was asked for; of those not excluded, `default` and `train` first.

    `split` may be `config/split`, as splits are named in what we say.
    """
    splits = answer.splits
    named = next((item for item in splits if name_of(item) == split), None)
    if named is not None and config in (None, named.config):
        return named
    fitting = [
        item
        for item in splits
        if (config is None or item.config == config) and (split is None or item.split == split)
    ]
    if fitting:
        return min(fitting, key=lambda item: (item.config != "default", item.split != "train"))
    if not splits and answer.pending:
        return Problem(
            kind="unavailable",
            message="The dataset viewer is still working on this dataset. Try again later.",
            retryable=True,
        )
    if not splits:
        said = " ".join(f"Hugging Face says of {why}." for why in reasons(answer.failed))
        message = f"The dataset has no splits that can be shown. {said}".rstrip()
        return Problem(kind="not_found", message=message)
    wanted = "/".join(one_line(part, 100) for part in (config, split) if part)
    return Problem(
        kind="not_found",
        message=f"Config/split `{wanted}` was not found. There are: {options(splits)}.",
    )


def options(splits: Iterable[Split]) -> str:
    names = [code(name_of(split)) for split in splits]
    more = len(names) - MAX_OPTIONS
    return ", ".join(names[:MAX_OPTIONS]) + (f" and {more} more" if more > 0 else "")


def columns_of(features: Iterable[Feature]) -> list[Column]:
    return [Column(name=shown_name(item), type=type_name(item.type)) for item in features]


def shown_name(feature: Feature) -> str:
    return feature.name[:MAX_NAME_CHARS]


def type_name(kind: Any) -> str:
    """Return `string`, `ClassLabel(neg, pos)`, `Audio(sampling_rate: 16000)` or so, cut."""
    text = TOO_DEEP if is_too_deep(kind) else _type_name(kind)
    return text if len(text) <= MAX_TYPE_CHARS else text[: MAX_TYPE_CHARS - 1] + "…"


def _type_name(kind: Any) -> str:
    match kind:
        case {"_type": "Value", "dtype": str(dtype)}:
            return dtype
        case {"_type": "ClassLabel", "names": list(names)}:
            return f"ClassLabel({', '.join(str(name) for name in names[:MAX_OPTIONS])})"
        case {"_type": ("Sequence" | "List" | "LargeList") as name, "feature": inner}:
            return f"{name}({type_name(inner)})"
        case {"_type": str(name), **options}:
            said = [
                f"{key}: {text_of(value)}" for key, value in options.items() if value is not None
            ]
            return f"{name}({', '.join(said)})" if said else name
        case [inner]:  # as older datasets write a list
            return f"List({type_name(inner)})"
        case dict(fields):
            return "{" + ", ".join(f"{key}: {type_name(fields[key])}" for key in fields) + "}"
        case _:
            return text_of(kind)
