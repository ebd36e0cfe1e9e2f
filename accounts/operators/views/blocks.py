"""Blocks: those in force and those of the past; make one, undo one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.addresses import client_address
from accounts.models import User
from accounts.operators import blocks
from accounts.operators.blocks import NotBlocked
from accounts.operators.forms import BlockForm
from accounts.operators.models import Block, Role
from accounts.operators.roles import needs_role

PAGE_SIZE = 50

_ABOUT = {
    "person": Block.Kind.PERSON,
    "client": Block.Kind.CLIENT,
    "network": Block.Kind.NETWORK,
    "space": Block.Kind.SPACE,
}
"""Parameters by which another page says what is to be blocked."""


@require_http_methods(["GET", "POST"])
@needs_role(Role.OPERATOR)
def block_list(request: HttpRequest, user: User) -> HttpResponse:
    address = client_address(request)
    if request.method == "GET":
        return _show(request, BlockForm(initial=_about(request.GET), own_address=address))
    form = BlockForm(request.POST, own_address=address)
    if form.is_valid():
        block = form.block
        block.made_by = user
        try:
            blocks.make(block)
        except NotBlocked as error:
            form.add_error("subject", str(error))
        else:
            messages.success(request, f"{block.name or block.subject} is blocked.")
            return redirect("operators:blocks")
    return _show(request, form, status=422)


def _about(query: Mapping[str, Any]) -> dict[str, str]:
    """Return what a new block is about, as the page that leads here says."""
    for name, kind in _ABOUT.items():
        if subject := str(query.get(name, ""))[:200]:
            return {"kind": kind, "subject": subject, "versions": str(query.get("versions", ""))}
    return {}


def _show(request: HttpRequest, form: BlockForm, status: int = 200) -> HttpResponse:
    rows = Block.objects.select_related("made_by", "undone_by").order_by("-pk")
    is_past = request.GET.get("show") == "past"
    rows = rows.exclude(over_at=None) if is_past else rows.filter(over_at=None)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=min(int(before), 2**62))
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    context = {
        "form": form,
        "is_past": is_past,
        "rows": shown,
        "older": shown[-1].pk if len(found) > PAGE_SIZE else None,
        "is_first": not before,
        "now": timezone.now(),
    }
    return render(request, "operators/blocks.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs_role(Role.OPERATOR)
def undo(request: HttpRequest, user: User, block_id: int) -> HttpResponse:
    block = Block.objects.filter(pk=block_id, over_at=None).first()
    if block is None:
        raise Http404("There is no such block in force.")
    if request.method == "GET":
        return render(request, "operators/undo_block.html", {"row": block})
    if blocks.undo(block_id, user) is not None:
        messages.success(request, f"{block.name or block.subject} is not blocked any more.")
    return redirect("operators:blocks")
