"""Answers completion/complete. Somebody is typing: nothing is better than late, or an error."""

import asyncio
from collections.abc import Mapping, Sequence

from mcp_types import CompleteRequestParams, Completion, PromptReference

from accounts.catalogue import Effect
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.gradio.uris import uri_there
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.ids import BadRepoId
from mcpendpoint.serving.completion.completers import Completer
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.prompts import registry as prompts
from mcpendpoint.serving.prompts.of_spaces import choices_for
from mcpendpoint.serving.resources import registry as resources
from mcpendpoint.serving.rpc_errors import NotFound
from mcpendpoint.serving.scope_checks import check_scopes
from mcpendpoint.tools.base import ToolError

MAX_VALUES = 100
MAX_TYPED_CHARS = 500
SECONDS = 3.0


async def complete(params: CompleteRequestParams, context: RequestContext) -> Completion:
    """Raises MCPError for a template or prompt that there is not."""
    check_scopes("Completion", {Effect.READ}, context)
    typed = params.argument.value.strip()
    if isinstance(params.ref, PromptReference) and prefix_of(params.ref.name) is not None:
        argument = params.argument.name
        return _completion(await choices_for(params.ref.name, argument, typed, context))
    completer = _completers_of(params).get(params.argument.name)
    if completer is None or len(typed) > MAX_TYPED_CHARS:
        return _completion(())
    known = (params.context.arguments if params.context else None) or {}
    try:
        async with asyncio.timeout(SECONDS):
            found = await completer(await context.hub(), typed, known)
    except (HubError, BadRepoId, ToolError, TimeoutError):
        found = ()
    return _completion(found)


def _completers_of(params: CompleteRequestParams) -> Mapping[str, Completer]:
    if isinstance(params.ref, PromptReference):
        prompt = prompts.by_name.get(params.ref.name)
        if prompt is None:
            raise NotFound("There is no such prompt.")
        return prompt.completers
    template = resources.template_by_uri.get(params.ref.uri)
    if template is None and uri_there(params.ref.uri) is not None:
        return {}  # Gradio has no completion
    if template is None and params.ref.uri not in resources.resource_by_uri:
        raise NotFound("There is no such resource template.")
    return template.completers if template else {}


def _completion(values: Sequence[str]) -> Completion:
    return Completion(values=list(values[:MAX_VALUES]), has_more=len(values) > MAX_VALUES)
