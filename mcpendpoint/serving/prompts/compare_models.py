"""compare-models: which of several models to take."""

import asyncio

from pydantic import Field, field_validator

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.types import RepoType
from mcpendpoint.serving.completion.completers import last_of_list, repo_ids
from mcpendpoint.serving.prompts.base import Prompt
from mcpendpoint.serving.prompts.facts import find_repo, message, repo_facts
from mcpendpoint.tools.base import Arguments, ToolContext

MAX_MODELS = 6
README_CHARS_OF_ALL = 24_000

_TASK = """\
Compare these models on Hugging Face and help me choose: {ids}.

1. A table with a column for each: task, size, architecture, base model, languages, context length,
   license and access, downloads and likes, last change, inference providers.
2. What each is better at, with the figures that its authors give, named as theirs. Point out where
   such figures cannot be compared.
3. What each needs: memory, library, hardware.
4. A recommendation: which one for which use, and which to leave.

Say so where the facts below are silent; do not guess."""


class CompareArguments(Arguments):
    model_ids: str = Field(
        max_length=1_500,
        description=f"2 to {MAX_MODELS} models with commas between them, e.g. openai/gpt-oss-20b, "
        "Qwen/Qwen3-8B.",
    )

    @field_validator("model_ids", mode="after")
    @classmethod
    def _several(cls, value: str) -> str:
        if not 2 <= len(_ids_in(value)) <= MAX_MODELS:
            raise ValueError(f"name 2 to {MAX_MODELS} different models, with commas between them")
        return value


def _ids_in(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))


async def write(arguments: CompareArguments, context: ToolContext) -> str:
    ids, hub = _ids_in(arguments.model_ids), await context.hub()
    facts = await asyncio.gather(
        *(_facts(hub, text, context, README_CHARS_OF_ALL // len(ids)) for text in ids)
    )
    return message(_TASK.format(ids=", ".join(f"`{text}`" for text in ids)), *facts)


async def _facts(hub: HubClient, text: str, context: ToolContext, readme_chars: int) -> str:
    model = await find_repo(hub, RepoType.MODEL, text, context)
    return await repo_facts(hub, model, context, readme_chars=readme_chars)


COMPARE_MODELS = Prompt(
    name="compare-models",
    title="Compare models",
    description="Sets models side by side and says which to take for what.",
    arguments=CompareArguments,
    write=write,
    completers={"model_ids": last_of_list(repo_ids(RepoType.MODEL))},
)
