"""Finds Spaces for a person: by name, by what they do, and the very one if they know its id."""

import asyncio
from collections.abc import Awaitable

from django.conf import settings

from accounts.groups.offers import SpacesOffered
from mcpendpoint.gradio.operator_lists import refusal_of
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.discovery import semantic_spaces
from mcpendpoint.hub.errors import HubError, HubForbidden, HubNotFound, HubNotSignedIn
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.hub.references import BadReference, address_in, parse_reference
from mcpendpoint.hub.spaces import get_space, id_of_subdomain, search_by_name
from mcpendpoint.hub.types import Space

MAX_RESULTS = 20
MAX_QUERY_CHARS = 250
MIN_MEANING_CHARS = 3


async def search_spaces(
    client: HubClient, query: str, offered: SpacesOffered | None
) -> list[Space]:
    """Return Gradio Spaces: the very one, then those that may be chosen, of which those that say
    they are tools come first. Raises HubError.

    Private ones are found by name, if the client may see them.
    """
    searches: list[Awaitable[list[Space]]] = [_by_id(client, query)]
    if not _is_address(query):
        searches.append(search_by_name(client, query, MAX_RESULTS, filters=["gradio"]))
        if len(query) >= MIN_MEANING_CHARS:
            searches.append(_by_meaning(client, query))
    answers = await asyncio.gather(*searches, return_exceptions=True)
    found: dict[str, Space] = {}
    errors: list[HubError] = []
    for answer in answers:
        if isinstance(answer, HubError):
            errors.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found.update({space.id: space for space in answer if space.id not in found})
    if errors and not found:
        raise errors[0]
    exact = query.lower()

    def rank(space: Space) -> tuple[bool, bool, bool]:
        is_refused = refusal_of(space.id, space.hub_id or "", offered=offered) is not None
        return (space.id.lower() != exact, is_refused, not space.has_mcp_server)

    return sorted(found.values(), key=rank)[:MAX_RESULTS]


def _is_address(query: str) -> bool:
    try:
        return address_in(query, settings.HF_ENDPOINT) is not None
    except BadReference:
        return False


async def _by_id(client: HubClient, query: str) -> list[Space]:
    try:
        reference = parse_reference(query, settings.HF_ENDPOINT)
        space_id = reference.name
        if reference.subdomain is not None:
            space_id = await id_of_subdomain(client, reference.subdomain)
        return [await get_space(client, space_id)] if is_space_id(space_id) else []
    except BadReference:
        return []
    except (HubNotFound, HubNotSignedIn, HubForbidden):
        return []


async def _by_meaning(client: HubClient, query: str) -> list[Space]:
    gradio_ones = (("sdk", "gradio"), ("includeNonRunning", "true"))
    return list(await semantic_spaces(client, query, further=gradio_ones))
