"""Whom operators keep out of the endpoint: by blocks, in memory, and by ACCESS, with the caller."""

from collections.abc import Set

from django.db import DatabaseError

from accounts.database import lookups
from accounts.operators.block_list import block_list
from accounts.operators.models import Block
from mcpendpoint.access.who import Caller, NotAdmitted
from mcpendpoint.protocol.client_tag import ClientTag
from mcpendpoint.push.stream import Origin
from mcpendpoint.push.streams import open_streams


async def read_blocks_at_first() -> None:
    """Let no request pass before this process knows who is blocked, if that can be known."""
    if block_list.waits_for_first_reading:
        try:
            await lookups.run(block_list.refresh)
        except DatabaseError as error:
            block_list.note_failure(error)


def check_address(address: str) -> None:
    """Raises NotAdmitted."""
    if block := block_list.address(address):
        raise NotAdmitted(str(block))


def check_person(caller: Caller) -> None:
    """Raises NotAdmitted."""
    if block := block_list.person(caller.hf_id):
        raise NotAdmitted(str(block), caller)


def check_client(client: ClientTag, caller: Caller) -> None:
    """Who says to be another client comes in: this is for honest ones. Raises NotAdmitted."""
    if block := block_list.client(client.name, client.version):
        raise NotAdmitted(str(block), caller)


def is_kept_out(origin: Origin) -> bool:
    """Return whether a stream from there is to end."""
    return bool(
        block_list.address(origin.address)
        or block_list.person(origin.hf_id)
        or block_list.client(origin.client.name, origin.client.version)
    )


def follow_blocks(kinds: Set[Block.Kind]) -> None:
    """End the streams of who is blocked by now, and let others hear that their tools changed."""
    if kinds - {Block.Kind.SPACE}:
        open_streams.end_those(is_kept_out)
    if Block.Kind.SPACE in kinds:
        open_streams.person_changed(None, None)


block_list.listen(follow_blocks)
