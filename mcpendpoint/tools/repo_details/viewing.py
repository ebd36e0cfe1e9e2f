"""Failures of the dataset viewer, which are not those of the Hub: the dataset itself was found."""

from collections.abc import Iterable

from mcpendpoint.hub.errors import HubError, HubGated, HubNotFound, HubNotSignedIn, HubRefused
from mcpendpoint.hub.repos import page_url
from mcpendpoint.hub.types import Dataset, RepoType
from mcpendpoint.hub.viewer import Failed
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hub_failures import Problem, problem_of
from mcpendpoint.tools.markdown import one_line

MAX_REASONS = 5
MAX_CONFIGS = 5
MAX_REASON_CHARS = 400


def viewer_problem(error: HubError, part: str, dataset: Dataset, context: ToolContext) -> Problem:
    if isinstance(error, HubNotFound | HubNotSignedIn) and dataset.gated:
        # The viewer tells a gated dataset from a missing one in words only.
        gated = HubGated(error.message, status=error.status, code=error.code)
        url = page_url(RepoType.DATASET, dataset.id)
        return problem_of(gated, f"Dataset `{dataset.id}`", context, page_url=url)
    if error.code.startswith("ResponseNotReady"):
        return Problem(
            kind="unavailable",
            message=f"The dataset viewer is still working on `{dataset.id}`. Try again later.",
            retryable=True,
            retry_after_seconds=error.retry_after_seconds,
        )
    if isinstance(error, HubNotFound | HubNotSignedIn | HubRefused):
        said = f"Hugging Face says: {error.message.rstrip('.')}."
        return Problem(
            kind="not_found",
            message=f"The dataset viewer has no {part} of `{dataset.id}`. {said}",
        )
    return problem_of(error, f"The dataset viewer ({part} of `{dataset.id}`)", context)


def too_large(dataset: Dataset, limit: int, error: HubError) -> Problem:
    return Problem(
        kind="bad_answer",
        message=f"{limit} rows of `{dataset.id}` cannot be read at once. {error.message} "
        f"Ask for fewer: limit={max(limit // 4, 1)}.",
    )


def reasons(faults: Iterable[Failed]) -> list[str]:
    """Return what the viewer says of configs that it could not read, each reason once."""
    said: dict[str, list[str]] = {}
    for fault in faults:
        if words := one_line(str(fault.error), MAX_REASON_CHARS):
            said.setdefault(words, []).append(fault.config)
    return [f"{', '.join(configs[:MAX_CONFIGS])}: {words}" for words, configs in said.items()][
        :MAX_REASONS
    ]
