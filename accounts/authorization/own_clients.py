"""OAuth clients that a person makes by hand, for a program that cannot register by itself.

They are registered clients like any others, but that nobody forgets them, and that who made them
can take them back, with every token that anybody gave them.
"""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from oauth2_provider.generators import generate_client_id, generate_client_secret

from accounts.audit import Action
from accounts.authorization.events import note
from accounts.authorization.models import MAX_NAME_LENGTH, Application, Connection
from accounts.authorization.redirects import MAX_URI_LENGTH, MAX_URIS, usable
from accounts.models import User
from accounts.preferences import announce

MAX_CLIENTS = 10
"""Of one person."""


class TooManyClients(Exception):
    """The person has as many as they may."""


@dataclass(frozen=True)
class NewClient:
    """One that was made just now: only the page that shows its secret knows that."""

    name: str
    client_id: str
    secret: str


class OwnClientForm(forms.Form):
    name = forms.CharField(
        max_length=MAX_NAME_LENGTH,
        error_messages={"required": "Give it a name, such as the app that will use it."},
    )
    redirect_uris = forms.CharField(
        max_length=MAX_URIS * (MAX_URI_LENGTH + 2),
        error_messages={
            "required": "Say where the app waits for the answer: it shows that address."
        },
    )

    def clean_redirect_uris(self) -> list[str]:
        uris = self.cleaned_data["redirect_uris"].split()
        good, problems = usable(uris, settings.OAUTH_APP_SCHEMES)
        if problems or not good:
            raise forms.ValidationError(problems or ["None is given."])
        return good

    def refuse_for_too_many(self) -> None:
        self.add_error("name", f"You can have at most {MAX_CLIENTS} of them. Remove one first.")


def make_client(user: User, name: str, redirect_uris: list[str]) -> NewClient:
    """Raises TooManyClients."""
    secret = generate_client_secret()
    with transaction.atomic():
        # The user's row is the lock that makes the bound hold when two tabs make one at once.
        User.objects.select_for_update().get(pk=user.pk)
        if own_clients(user).count() >= MAX_CLIENTS:
            raise TooManyClients
        client = Application.objects.create(
            user=user,
            client_id=generate_client_id(),
            client_secret=secret,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            registration_source=Application.RegistrationSource.MANUAL,
            name=name,
            redirect_uris=" ".join(redirect_uris),
        )
        note(Action.CLIENT_REGISTERED, user, client, by="person")
    return NewClient(client.shown_name, client.client_id, secret)


def own_clients(user: User) -> QuerySet[Application]:
    return Application.objects.filter(user_id=user.pk).order_by("-created")


def remove_client(user: User, client_pk: int) -> bool:
    """Remove one of the person's own, and every token that it holds; return whether it was one."""
    with transaction.atomic():
        client = own_clients(user).select_for_update().filter(pk=client_pk).first()
        if client is None:
            return False
        connections = Connection.objects.filter(application=client)
        holders = list(connections.values_list("user_id", flat=True))
        note(Action.TOKEN_REVOKED, user, client, by="person", reason="client removed")
        client.delete()
    for holder in holders:
        announce(holder)
    return True
