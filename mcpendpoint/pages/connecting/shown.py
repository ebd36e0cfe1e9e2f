"""What the guides' pages show: an address, the steps to it, and how far the person's client is."""

import time
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import segno
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from accounts.access_keys import MAX_KEYS, free_key_name
from accounts.addresses import site_url
from accounts.authorization.own_clients import MAX_CLIENTS, OwnClientForm
from accounts.clients.configuration import is_loopback
from accounts.clients.directory import find_client, grouped_clients
from accounts.clients.guide import KEY_TO_COME, Address, Client, Way, numbered
from accounts.credentials import oauth_scope
from accounts.huggingface.permissions import further_permissions
from accounts.models import User
from accounts.operators.access import needs_sign_in
from accounts.profiles.editing import edited_url
from accounts.settings.keys import NewKey, key_form
from mcpendpoint.access.arrivals import WAIT_SECONDS, arrivals
from mcpendpoint.pages.connecting.progress import Progress, progress_of

PAGE_WAITS_SECONDS = 300.0
QR_SCALE = 5

_follow = async_to_sync(arrivals.follow)
"""On the event loop, where what comes is noted."""


@dataclass(frozen=True)
class Waiting:
    """How far this person's client is, and what their page needs to ask again."""

    progress: Progress
    since: float
    is_over: bool
    """Whether the page has asked long enough, and leaves it to the person."""
    query: str

    @property
    def asks_again(self) -> bool:
        return not (self.is_over or self.progress.is_done)

    @property
    def mark(self) -> str:
        """Tells one thing to show from another."""
        shown = repr((self.progress, self.asks_again))
        return blake2b(shown.encode(), digest_size=6).hexdigest()


def client_called(slug: str) -> Client:
    """Raises Http404."""
    client = find_client(slug)
    if client is None:
        raise Http404("There is no guide to such a client.")
    return client


def way_of(request: HttpRequest, client: Client) -> Way | None:
    """Return how the client is to show whom it acts for; None for one that has no way."""
    wanted = request.GET.get("with")
    found = [way for way in client.ways if way == wanted] or list(client.ways)
    return found[0] if found else None


def choose_context(request: HttpRequest, user: User | None) -> dict[str, Any]:
    return {
        "address": _address(request, user),
        "groups": grouped_clients(),
        "has_oauth": bool(settings.HF_OAUTH_CLIENT_ID),
        **_for_a_phone(request, reverse("connect:choose")),
    }


def guide_context(
    request: HttpRequest,
    user: User | None,
    client: Client,
    *,
    way: Way | None,
    new_key: NewKey | None = None,
    since: float | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return the page of a client; `since` is when its person began to wait, if not as the page
    says, and `more` what was made at it, or a form with errors."""
    address = _address(request, user)
    if user is not None and new_key:
        address = Address(new_key.url(request, user), new_key.text)
    elif way is Way.KEY:
        address = replace(address, key=KEY_TO_COME if user else "")
    context: dict[str, Any] = {
        "client": client,
        "way": way,
        "address": address,
        "steps": numbered(client.steps(address)),
        "new_key": new_key,
        "has_oauth": bool(settings.HF_OAUTH_CLIENT_ID),
        "is_out_of_reach": client.is_remote and is_loopback(address.url),
        **_for_a_phone(request, reverse("connect:client", args=[client.slug])),
    }
    if user is not None:
        context |= {"waiting": waiting_for(request, user, way, since), "max_keys": MAX_KEYS}
        if way is Way.KEY and not new_key:
            name = free_key_name(user, client.own_name)
            context["further_permissions"] = further_permissions(oauth_scope(user))
            context["key_form"] = key_form(request, user, initial={"name": name})
        if client.takes_client_id:
            initial = {"name": client.own_name, "redirect_uris": "\n".join(client.redirect_uris)}
            context |= {"own_form": OwnClientForm(initial=initial), "max_clients": MAX_CLIENTS}
    return {**context, **more}


def waiting_for(
    request: HttpRequest, user: User, way: Way | None, began: float | None = None
) -> Waiting:
    now = time.time()
    since = _since(request.GET.get("since", "") if began is None else str(began), now)
    query = urlencode({"since": f"{since:.3f}", **({"with": way} if way else {})})
    progress = progress_of(_follow(user.pk, user.username, since), now, since)
    return Waiting(progress, since, now - since > PAGE_WAITS_SECONDS, query)


def _since(text: str, now: float) -> float:
    """Return when the person began to wait: now, unless the page says that it was before."""
    try:
        since = float(text[:20])
    except ValueError:
        return now
    return since if now - 2 * WAIT_SECONDS < since < now else now


def _address(request: HttpRequest, user: User | None) -> Address:
    if user is None:
        return Address(
            site_url(request) + reverse("mcpendpoint:shared"), is_open=not needs_sign_in()
        )
    return Address(edited_url(request, user))


def _for_a_phone(request: HttpRequest, path: str) -> dict[str, Any]:
    """Return the page's address as a QR code, unless no other device gets there."""
    url = site_url(request) + path
    return {} if is_loopback(url) else {"page_url": url, "qr": _qr(url)}


def _qr(text: str) -> SafeString:
    svg = segno.make_qr(text, error="m").svg_inline(scale=QR_SCALE, border=2, omitsize=True)
    return mark_safe(svg)  # noqa: S308 - numbers alone, the text is drawn
