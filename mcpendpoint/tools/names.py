"""Names in arguments, as ids or as the addresses of pages: see hub/references.py."""

from typing import Annotated

from django.conf import settings
from pydantic import BeforeValidator

from mcpendpoint.hub import references
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.references import BadReference, Reference
from mcpendpoint.hub.spaces import id_of_subdomain
from mcpendpoint.hub.types import RepoType
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.hub_failures import tool_error


def parse_reference(text: str) -> Reference:
    """Raises BadReference."""
    return references.parse_reference(text, settings.HF_ENDPOINT)


def _account(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        return value
    return references.parse_account(value, settings.HF_ENDPOINT)


AccountName = Annotated[str, BeforeValidator(_account)]
"""A user or organization: its name, `@name`, or the address of its page."""


async def space_id_in(hub: HubClient, text: str, argument: str, context: ToolContext) -> str:
    """Return the id of the Space that an argument names. Raises ToolError."""
    try:
        reference = parse_reference(text)
    except BadReference as error:
        raise ToolError(f"{argument}: {error}") from error
    if reference.subdomain is not None:
        try:
            return await id_of_subdomain(hub, reference.subdomain)
        except HubError as error:
            raise tool_error(error, f"A Space at {reference.subdomain}", context) from error
    if "/" not in reference.name or reference.repo_type not in (None, RepoType.SPACE):
        raise ToolError(
            f"{argument} should be a Space as owner/name, such as gradio/hello_world.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    return reference.name
