"""Failures of the dataset viewer, which are not those of the Hub: the dataset itself was found."""

from mcpendpoint.hub.errors import HubError, HubGated, HubNotFound, HubNotSignedIn, HubRefused
from mcpendpoint.hub.repos import page_url
from mcpendpoint.hub.types import Dataset, RepoType
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hub_failures import Problem, problem_of


def viewer_problem(error: HubError, part: str, dataset: Dataset, context: ToolContext) -> Problem:
    if isinstance(error, HubNotFound | HubNotSignedIn) and dataset.gated:
        # The viewer tells a gated dataset from a missing one in words only.
        gated = HubGated(error.message, status=error.status, code=error.code)
        url = page_url(RepoType.DATASET, dataset.id)
        return problem_of(gated, f"Dataset `{dataset.id}`", context, page_url=url)
    if isinstance(error, HubNotFound | HubNotSignedIn | HubRefused):
        said = f"Hugging Face says: {error.message.rstrip('.')}."
        return Problem(
            kind="not_found",
            message=f"The dataset viewer has no {part} of `{dataset.id}`. {said}",
        )
    return problem_of(error, f"The dataset viewer ({part} of `{dataset.id}`)", context)
