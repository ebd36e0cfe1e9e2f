"""model_details and dataset_details: the overview of one repository."""

from pydantic import Field

from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.base import Arguments, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.repo_details import tool as details
from mcpendpoint.tools.repo_details.arguments import Id, RepoDetailsArguments
from mcpendpoint.tools.repo_details.results import RepoDetailsResult


class ModelDetailsArguments(Arguments):
    model_id: Id = Field(description="The model, e.g. 'google/gemma-3-4b-it'.")


class DatasetDetailsArguments(Arguments):
    dataset_id: Id = Field(description="The dataset, e.g. 'rajpurkar/squad'.")


async def look_at_model(arguments: ModelDetailsArguments, context: ToolContext) -> ToolOutput:
    return await _look(arguments.model_id, RepoType.MODEL, context)


async def look_at_dataset(arguments: DatasetDetailsArguments, context: ToolContext) -> ToolOutput:
    return await _look(arguments.dataset_id, RepoType.DATASET, context)


async def _look(repo_id: str, repo_type: RepoType, context: ToolContext) -> ToolOutput:
    asked = RepoDetailsArguments(repo_ids=[repo_id], repo_type=repo_type)
    return await details.run(asked, context)


MODEL_DETAILS = Tool(
    name="model_details",
    title="Model details (classic)",
    purpose="Shows one model, as older servers did; hub_repo_details does more.",
    description="Details of a Hugging Face model.",
    arguments=ModelDetailsArguments,
    result=RepoDetailsResult,
    run=look_at_model,
    is_default=False,
)

DATASET_DETAILS = Tool(
    name="dataset_details",
    title="Dataset details (classic)",
    purpose="Shows one dataset, as older servers did; hub_repo_details does more.",
    description="Details of a Hugging Face dataset.",
    arguments=DatasetDetailsArguments,
    result=RepoDetailsResult,
    run=look_at_dataset,
    is_default=False,
)
