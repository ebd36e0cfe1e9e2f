"""Makes and undoes blocks. What is in force is asked of accounts.operators.block_list."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from packaging.specifiers import SpecifierSet

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from accounts.operators import space_ids
from accounts.operators.block_list import COLUMNS, MAX_IN_FORCE, InForce, block_list
from accounts.operators.models import Block, BlockRevision, Role
from accounts.operators.roles import role_of

ENDED_AT_ONCE = 500


class NotBlocked(Exception):
    """Why a block is not made, for whoever wanted it."""


def make(block: Block) -> Block:
    """Store a new block, so that every process has it within a second. Raises NotBlocked."""
    if block.kind == Block.Kind.SPACE and not block.subject.endswith("/*"):
        block.hub_id = space_ids.find(block.subject)
    with transaction.atomic():
        _next_revision()
        in_force = Block.objects.filter(over_at=None)
        if _is_among(in_force, block):
            raise NotBlocked("There is such a block already. Undo it to make another.")
        if in_force.count() >= MAX_IN_FORCE:
            raise NotBlocked("There are as many blocks as there can be. Undo some first.")
        if block.kind == Block.Kind.PERSON:
            _check_person(block)
        block.made_at = timezone.now()
        block.save()
        _record(Action.BLOCK_MADE, block, block.made_by)
        transaction.on_commit(block_list.refresh)
    return block


def _is_among(blocks: QuerySet[Block], block: Block) -> bool:
    """Return whether one of these keeps out the same; a range can be written in several ways."""
    same = blocks.filter(kind=block.kind, subject=block.subject)
    wanted = SpecifierSet(block.versions)
    stored = same.values_list("versions", flat=True)
    return any(SpecifierSet(versions) == wanted for versions in stored)


def undo_block_of(hf_id: str, user: User | None) -> Block | None:
    """End the block of a person; None where there is none. `user` is nobody for a command."""
    rows = Block.objects.filter(kind=Block.Kind.PERSON, subject=hf_id, over_at=None)
    row = rows.order_by("-pk").first()
    return None if row is None else undo(row.pk, user)


def block_of(hf_id: str) -> InForce | None:
    """Return the block of a person as the database has it at this moment."""
    rows = Block.objects.filter(kind=Block.Kind.PERSON, subject=hf_id, over_at=None)
    blocks = (InForce(*row) for row in rows.order_by("-pk").values_list(*COLUMNS))
    return next((block for block in blocks if block.lasts), None)


def _check_person(block: Block) -> None:
    if block.made_by is not None and block.made_by.hf_id == block.subject:
        raise NotBlocked("That is you: you could not undo it.")
    user = User.objects.filter(hf_id=block.subject).first()
    if user is not None and role_of(user) is Role.ADMIN:
        raise NotBlocked("An admin cannot be blocked. Take the role away first.")


def undo(block_id: int, user: User | None) -> Block | None:
    """End a block; None where it is not in force any more."""
    with transaction.atomic():
        _next_revision()
        block = Block.objects.filter(pk=block_id, over_at=None).first()
        if block is None:
            return None
        block.over_at, block.undone_by = timezone.now(), user
        block.save(update_fields=["over_at", "undone_by"])
        _record(Action.BLOCK_UNDONE, block, user)
        transaction.on_commit(block_list.refresh)
    return block


def note_ended() -> int:
    """Put those whose time is over into the log; return how many. One process does it for each."""
    ended = Block.objects.filter(over_at=None, ends_at__lte=timezone.now()).order_by("pk")
    if not ended.exists():
        return 0
    with transaction.atomic():
        _next_revision()
        blocks = list(ended[:ENDED_AT_ONCE])
        for block in blocks:
            block.over_at = block.ends_at
            block.save(update_fields=["over_at"])
            _record(Action.BLOCK_ENDED, block, None)
    return len(blocks)


def _next_revision() -> None:
    """Whoever changes blocks holds this row until the change is made."""
    rows = BlockRevision.objects.filter(pk=BlockRevision.ONLY)
    if not rows.update(number=F("number") + 1):
        BlockRevision.objects.get_or_create(pk=BlockRevision.ONLY)
        rows.update(number=F("number") + 1)


def _record(action: Action, block: Block, user: User | None) -> None:
    detail: dict[str, Any] = {"kind": block.kind, "what": block.name or block.subject}
    if block.name:
        detail["id"] = block.subject
    if block.versions:
        detail["versions"] = block.versions
    detail["reason"] = block.reason
    if block.ends_at:
        detail["until"] = f"{block.ends_at:%Y-%m-%d %H:%M} UTC"
    audit.record(action, user, detail=detail)
