"""What a person makes at a client's guide: an access key, or an OAuth client.

Each is answered with the guide that has it in it: a redirect would have to keep its text somewhere.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access_keys import NameTaken, TooManyKeys, create_access_key, free_key_name
from accounts.authorization.own_clients import OwnClientForm, TooManyClients, make_client
from accounts.clients.guide import Client, Way
from accounts.models import AccessKey, User
from accounts.posting import post_or_back_to
from accounts.profiles.changing import NoSuchProfile
from accounts.settings.keys import NewKey, key_form
from accounts.signed_in import for_users
from mcpendpoint.pages.connecting.shown import client_called, guide_context


@sensitive_post_parameters()
@post_or_back_to("connect:client", "slug")
@for_users
def make_key(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    client = client_called(slug)
    if Way.KEY not in client.ways:
        raise Http404("This client takes no access key.")
    form = key_form(request, user, request.POST)
    if form.is_valid():
        try:
            row, text = create_access_key(
                user,
                form.cleaned_data["name"],
                form.chosen_scopes,
                form.expires_at,
                form.cleaned_data["profile"],
            )
        except NameTaken as taken:
            return _show_made_before(request, user, client, taken.key)
        except TooManyKeys:
            form.refuse_for_too_many()
        except NoSuchProfile:
            form.refuse_profile()
        else:
            return _show(request, user, client, Way.KEY, new_key=NewKey(row, text))
    return _show(request, user, client, Way.KEY, status=422, key_form=form)


def _show_made_before(
    request: HttpRequest, user: User, client: Client, key: AccessKey
) -> HttpResponse:
    """Answer who asks for a key that they have: most often by a reload of the page that showed it,
    which goes on waiting for the client that got it."""
    again = request.POST.copy()
    again["name"] = free_key_name(user, key.name)
    form = key_form(request, user, again)
    since = key.created_at.timestamp()
    return _show(
        request, user, client, Way.KEY, status=422, since=since, made_before=key, key_form=form
    )


@sensitive_post_parameters()
@post_or_back_to("connect:client", "slug")
@for_users
def make_own_client(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    client = client_called(slug)
    if not client.takes_client_id:
        raise Http404("This client takes no id that was made for it.")
    form = OwnClientForm(request.POST)
    if form.is_valid():
        try:
            made = make_client(user, form.cleaned_data["name"], form.cleaned_data["redirect_uris"])
        except TooManyClients:
            form.refuse_for_too_many()
        else:
            return _show(request, user, client, Way.SIGN_IN, own_client=made)
    return _show(request, user, client, Way.SIGN_IN, status=422, own_form=form)


def _show(
    request: HttpRequest, user: User, client: Client, way: Way, status: int = 200, **more: Any
) -> HttpResponse:
    context = guide_context(request, user, client, way=way, **more)
    return render(request, "mcpendpoint/connecting/guide.html", context, status=status)
