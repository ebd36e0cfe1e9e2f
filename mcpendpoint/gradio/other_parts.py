"""What a Space has beside tools, as it is offered: resources and prompts.

They are offered where a person ticked so, and are pinned as tools are: what is not as the person
agreed to it waits for them.
"""

from collections.abc import Iterable

from django.conf import settings

from accounts.space_changes import PartKind
from mcpendpoint.gradio.listings import (
    SpaceChoice,
    SpaceListing,
    SpacePart,
    SpaceResource,
    SpaceTool,
)
from mcpendpoint.gradio.naming import tool_name
from mcpendpoint.gradio.resources import UpstreamResource
from mcpendpoint.gradio.trust import Held, why_held
from mcpendpoint.gradio.uris import is_of_template, uri_here


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
            own_uri=resource.uri,
            pin=resource.pin,
            definition=resource.definition,
            findings=resource.findings,
            held=why_held(
                resource.pin,
                resource.findings,
                choice.agreement,
                settings.SPACE_FINDINGS,
                PartKind.RESOURCE,
            ),
        )
        for resource in resources
    )


def without_doubles(prompts: Iterable[SpaceTool]) -> tuple[SpaceTool, ...]:
    """Return the prompts, none with the name of another."""
    named: dict[str, SpaceTool] = {}
    for prompt in prompts:
        named.setdefault(prompt.name, prompt)
    return tuple(named.values())


def held_at(own_uri: str, listing: SpaceListing) -> SpaceResource | None:
    """Return the resource at a URI, or the template of it, that waits for its person; None where
    there is none. What is listed by its very URI is of no template.
    """
    exact = {
        resource.own_uri: resource for resource in (*listing.resources, *listing.held_resources)
    }
    if own_uri in exact:
        return exact[own_uri] if exact[own_uri].held else None
    held = (each for each in listing.held_resources if each.is_template)
    return next((each for each in held if is_of_template(own_uri, each.own_uri)), None)


def lacks_headers(tool: SpaceTool, choice: SpaceChoice) -> bool:
    """Whether it needs a header that the person has not given the Space."""
    return bool(set(tool.headers) - choice.header_names)


def left_out(parts: Iterable[SpacePart]) -> list[str]:
    """Say that the operator lets some be refused, and why."""
    number = sum(part.held is Held.REFUSED for part in parts)
    if not number:
        return []
    named = "1 prompt or resource is" if number == 1 else f"{number} prompts or resources are"
    return [f"{named} not offered: it speaks to the assistant of what to do."]


def words_of(space_id: str, *, is_owners: bool = True) -> str:
    """Say whose words a description is in: the Space's owner's, or the person's own."""
    whose = ", in its owner's words" if is_owners else ""
    return f"(from the Hugging Face Space {space_id}{whose})"
