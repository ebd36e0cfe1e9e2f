"""model-details and dataset-details: a repository, explained to who may want to use it."""

from pydantic import Field

from mcpendpoint.hub.types import RepoType
from mcpendpoint.serving.completion.completers import repo_ids
from mcpendpoint.serving.prompts.base import Prompt
from mcpendpoint.serving.prompts.facts import find_repo, message, repo_facts
from mcpendpoint.tools.base import Arguments, ToolContext

README_CHARS = 20_000

_MODEL_TASK = """\
Tell me about the model `{id}` on Hugging Face, so that I can decide whether to use it:

1. What it does and for whom, in two or three sentences.
2. Its size, architecture, languages, and what it was made from.
3. What I need to run it: library, a short code example from its README, or an inference provider.
4. How it performs, with the figures that its authors give, named as theirs.
5. License, access conditions, known limits and risks.

Say so where the facts below are silent; do not guess."""

_DATASET_TASK = """\
Tell me about the dataset `{id}` on Hugging Face, so that I can decide whether to use it:

1. What is in it and what it is good for, in two or three sentences.
2. Its structure: configs, splits, columns, number of rows, size.
3. Where the data comes from and how it was made.
4. How to load it, with a short code example.
5. License, access conditions, known biases and risks.

Say so where the facts below are silent; do not guess."""


class ModelArguments(Arguments):
    model_id: str = Field(
        min_length=1, max_length=250, description="The model, e.g. google/gemma-3-4b-it."
    )


class DatasetArguments(Arguments):
    dataset_id: str = Field(
        min_length=1, max_length=250, description="The dataset, e.g. rajpurkar/squad."
    )


async def write_of_model(arguments: ModelArguments, context: ToolContext) -> str:
    return await _write(RepoType.MODEL, arguments.model_id, _MODEL_TASK, context)


async def write_of_dataset(arguments: DatasetArguments, context: ToolContext) -> str:
    return await _write(RepoType.DATASET, arguments.dataset_id, _DATASET_TASK, context)


async def _write(repo_type: RepoType, text: str, task: str, context: ToolContext) -> str:
    hub = await context.hub()
    repo = await find_repo(hub, repo_type, text, context)
    facts = await repo_facts(hub, repo, context, readme_chars=README_CHARS)
    return message(task.format(id=repo.id), facts)


MODEL_DETAILS = Prompt(
    name="model-details",
    title="Explain a model",
    description="What a model is for, what it needs, how it performs, and on what terms.",
    arguments=ModelArguments,
    write=write_of_model,
    completers={"model_id": repo_ids(RepoType.MODEL)},
)

DATASET_DETAILS = Prompt(
    name="dataset-details",
    title="Explain a dataset",
    description="What is in a dataset, how it is structured and loaded, and on what terms.",
    arguments=DatasetArguments,
    write=write_of_dataset,
    completers={"dataset_id": repo_ids(RepoType.DATASET)},
)
