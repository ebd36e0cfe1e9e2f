"""What a Space has beside tools, as it is offered: resources and prompts.

Nobody agrees to these one by one, as to tools: they are offered where a person ticked so, and each
is picked by a person or their app, not by the model. What has findings is left out unless the
operator only wants them shown.
"""

from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings

from mcpendpoint.gradio.listings import SpaceChoice, SpaceResource, SpaceTool
from mcpendpoint.gradio.naming import tool_name
from mcpendpoint.gradio.resources import UpstreamResource
from mcpendpoint.gradio.trust import SHOW
from mcpendpoint.gradio.uris import uri_here


def resources_of(
    choice: SpaceChoice, resources: Iterable[UpstreamResource]
) -> tuple[SpaceResource, ...]:
    return tuple(
        SpaceResource(
            uri=uri_here(choice.prefix, resource.uri),
            is_template=resource.is_template,
            name=tool_name(choice.prefix, resource.name),
            title=f"{choice.space_id}: {resource.name}",
            description=f"{resource.description} {words_of(choice.space_id)}".strip(),
            mime_type=resource.mime_type,
        )
        for resource in resources
        if _is_offered(resource)
    )


def prompts_of(prompts: Iterable[SpaceTool]) -> tuple[SpaceTool, ...]:
    """Return those that may be offered, none with the name of another."""
    named: dict[str, SpaceTool] = {}
    for prompt in prompts:
        if _is_offered(prompt):
            named.setdefault(prompt.name, replace(prompt, held=None, needs_agreement=False))
    return tuple(named.values())


def lacks_headers(tool: SpaceTool, choice: SpaceChoice) -> bool:
    """Whether it needs a header that the person has not given the Space."""
    return bool(set(tool.headers) - choice.header_names)


def left_out(parts: Iterable[SpaceTool | UpstreamResource]) -> list[str]:
    """Say that some are left out, and why that may be."""
    number = sum(not _is_offered(part) for part in parts)
    if not number:
        return []
    named = "1 prompt or resource is" if number == 1 else f"{number} prompts or resources are"
    return [f"{named} not offered: it speaks to the assistant of what to do."]


def _is_offered(part: SpaceTool | UpstreamResource) -> bool:
    return not part.findings or bool(settings.SPACE_FINDINGS == SHOW)


def words_of(space_id: str, *, is_owners: bool = True) -> str:
    """Say whose words a description is in: the Space's owner's, or the person's own."""
    whose = ", in its owner's words" if is_owners else ""
    return f"(from the Hugging Face Space {space_id}{whose})"
