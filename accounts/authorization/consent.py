"""What a client asks a person to agree to, read and checked before the person sees it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749.errors import (
    CustomOAuth2Error,
    InvalidClientIdError,
    InvalidRedirectURIError,
    InvalidRequestError,
    MismatchingRedirectURIError,
    MissingClientIdError,
    OAuth2Error,
)

from accounts.authorization.client_documents import (
    DocumentError,
    DocumentUnreachable,
    host_of,
    is_document_url,
)
from accounts.authorization.documented_clients import DocumentsOff, get_to_know
from accounts.authorization.models import Application
from accounts.authorization.protocol import core
from accounts.authorization.redirects import Destination, destination_of
from accounts.authorization.resources import default_resources, own_resources
from accounts.authorization.scopes import LABELS, Scope, write_scopes
from accounts.authorization.validator import canonical_resources
from accounts.authorization.warnings import Warning, gravest_warning
from accounts.connecting import Stage
from accounts.granting import scopes_to_hand_out
from accounts.models import User

MAX_STATE_LENGTH = 4_096

_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Asked:
    """An authorization request that may be put to the person."""

    application: Application
    scopes: tuple[Scope, ...]
    redirect_uri: str
    credentials: dict[str, Any]
    """What oauthlib needs to go on."""
    withheld: tuple[Scope, ...] = ()
    """What was asked for and cannot be had, since the person's own access does not allow it."""

    @property
    def withheld_titles(self) -> str:
        return ", ".join(LABELS[scope].title for scope in self.withheld)

    @property
    def client_name(self) -> str:
        return self.application.shown_name

    @property
    def publisher(self) -> str | None:
        return self.application.publisher

    @property
    def destination(self) -> Destination:
        return destination_of(self.redirect_uri)

    @property
    def warning(self) -> Warning | None:
        namesakes = Application.vouched_for_as(self.client_name)
        return gravest_warning(self.client_name, self.publisher, self.destination, namesakes)

    @property
    def resources(self) -> list[str]:
        named: list[str] = self.credentials["resource"]
        return named


class AskedWrongly(Exception):
    """A request that cannot be put to anybody.

    `client_url` is where to tell the client; None when it is not to be trusted with an answer.
    """

    title = "This app cannot connect"
    advice = (
        "Remove the connection in the app and add it again. If that does not help, its developer "
        "needs to see this message."
    )

    stage = Stage.REQUEST_REFUSED
    """For who waits for the client."""

    def __init__(self, description: str, client_url: str | None = None, status: int = 400) -> None:
        super().__init__(description)
        self.description = description
        self.client_url = client_url
        self.status = status

    @property
    def destination(self) -> Destination | None:
        return None if self.client_url is None else destination_of(self.client_url)


class ClientForgotten(AskedWrongly):
    """A client that says an id which nobody has, or has any more."""

    stage = Stage.CLIENT_UNKNOWN


class RedirectRefused(AskedWrongly):
    """A client that wants the code sent where it did not say that it would."""

    stage = Stage.REDIRECT_REFUSED


class ClientUnknown(AskedWrongly):
    """A client that is known by a document which we do not have."""

    stage = Stage.CLIENT_UNKNOWN

    def __init__(self, client_id: str, problem: DocumentError) -> None:
        host = host_of(client_id) or "the address that the app is known by"
        match problem:
            case DocumentUnreachable():
                self.title = f"This server could not reach {host}"
                description = f"The app is known by a page at {host}, and {problem}."
                advice = (
                    "That says nothing about the app: try again in a minute. If it stays so, "
                    f"whoever runs this server can let it reach {host}, or set "
                    "OAUTH_CLIENT_DOCUMENTS=false and restart it: apps then register here instead."
                )
            case DocumentsOff():
                description = f"The app is known by a page at {host}, and {problem}."
                advice = (
                    "Remove the connection in the app and add it again: it then registers here "
                    "instead."
                )
            case _:
                description = f"The app is known by a page at {host}, but {problem}."
                advice = "Only whoever makes the app can mend that: show them this message."
        self.advice = advice
        super().__init__(
            description, status=503 if isinstance(problem, DocumentUnreachable) else 400
        )


def read_request(request: HttpRequest, user: User) -> Asked:
    """Raises AskedWrongly."""
    client_id = request.GET.get("client_id", "")
    try:
        get_to_know(client_id, user)
    except DocumentError as problem:
        raise ClientUnknown(client_id, problem) from problem
    try:
        scopes, credentials = core().validate_authorization_request(request)
    except FatalClientError as error:
        raise _fatal(error.oauthlib_error) from error
    except OAuthToolkitError as error:
        raise _wrong(error.oauthlib_error) from error
    asked = credentials.pop("request")
    application: Application = asked.client
    try:
        _check_pkce(asked)
        resources = _check_resources(request.GET.getlist("resource"), user, asked)
    except OAuth2Error as error:
        raise _wrong(error) from error
    grantable = scopes_to_hand_out(user, request.session)
    return Asked(
        application=application,
        scopes=tuple(scope for scope in Scope if scope in scopes and scope in grantable),
        withheld=tuple(scope for scope in Scope if scope in scopes and scope not in grantable),
        redirect_uri=credentials["redirect_uri"],
        credentials={**credentials, "resource": resources},
    )


def asking_client(url: str | None) -> str | None:
    """Return what the client calls itself that sends people to this address of ours.

    None when it is not one where a client asks for something, or nobody knows the client.
    """
    parts = urlsplit(url or "")
    if parts.path != reverse("authorization:authorize"):
        return None
    client_id = QueryDict(parts.query).get("client_id", "")
    if "\0" in client_id:
        return None
    application = Application.objects.filter(client_id=client_id, is_active=True).first()
    if application is not None:
        return application.shown_name
    return host_of(client_id) or None if is_document_url(client_id) else None


def accept(request: HttpRequest, asked: Asked, scopes: Iterable[Scope]) -> str:
    """Return the redirect URL with the authorization code. Raises AskedWrongly."""
    try:
        url, _headers, _body, _status = core().create_authorization_response(
            request, write_scopes(scopes).split(), dict(asked.credentials), allow=True
        )
    except OAuthToolkitError as error:
        raise _wrong(error.oauthlib_error) from error
    return str(url)


def decline(asked: Asked) -> str:
    """Return the redirect URL with the error access_denied."""
    error = CustomOAuth2Error("access_denied", state=asked.credentials["state"])
    return _with_issuer(error.in_uri(asked.redirect_uri))


def _check_pkce(asked: Any) -> None:
    # Not later: django-oauth-toolkit would ask the person first.
    if asked.code_challenge_method != "S256":
        raise InvalidRequestError("code_challenge_method has to be S256.", request=asked)
    if not _S256_CHALLENGE.fullmatch(asked.code_challenge):
        raise InvalidRequestError("code_challenge is not one of S256.", request=asked)
    if asked.state and len(asked.state) > MAX_STATE_LENGTH:
        raise InvalidRequestError("state is too long.", state="", request=asked)


def _check_resources(sent: list[str], user: User, asked: Any) -> list[str]:
    resources = canonical_resources([uri for uri in sent if uri], asked)
    if set(resources) - own_resources(user):
        raise CustomOAuth2Error(
            error="invalid_target",
            description="The resource is the address of another user.",
            request=asked,
        )
    return resources or default_resources(user.username)


def _fatal(error: OAuth2Error) -> AskedWrongly:
    match error:
        case InvalidClientIdError() | MissingClientIdError():
            return ClientForgotten(_words(error))
        case MismatchingRedirectURIError() | InvalidRedirectURIError():
            return RedirectRefused(_words(error))
        case _:
            return AskedWrongly(_words(error))


def _wrong(error: OAuth2Error) -> AskedWrongly:
    if not error.redirect_uri:
        return AskedWrongly(_words(error))
    return AskedWrongly(_words(error), _with_issuer(error.in_uri(error.redirect_uri)))


def _words(error: OAuth2Error) -> str:
    return error.description or error.error


def _with_issuer(url: str) -> str:
    """RFC 9207: errors name who answers, too."""
    return str(add_params_to_uri(url, [("iss", settings.PUBLIC_URL)]))
