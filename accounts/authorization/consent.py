"""What a client asks a person to agree to, read and checked before the person sees it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidRequestError, OAuth2Error

from accounts.authorization.models import Application
from accounts.authorization.protocol import core
from accounts.authorization.redirects import Destination, destination_of
from accounts.authorization.resources import default_resources, own_resources
from accounts.authorization.scopes import LABELS, Scope, write_scopes
from accounts.authorization.validator import canonical_resources
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


class AskedWrongly(Exception):
    """A request that cannot be put to anybody.

    `client_url` is where to tell the client; None when it is not to be trusted with an answer.
    """

    def __init__(self, error: OAuth2Error, client_url: str | None) -> None:
        super().__init__(error.description)
        self.description = error.description or error.error
        self.client_url = client_url

    @property
    def destination(self) -> Destination | None:
        return None if self.client_url is None else destination_of(self.client_url)


def read_request(request: HttpRequest, user: User) -> Asked:
    """Raises AskedWrongly."""
    try:
        scopes, credentials = core().validate_authorization_request(request)
    except FatalClientError as error:
        raise AskedWrongly(error.oauthlib_error, None) from error
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


def accept(request: HttpRequest, asked: Asked, scopes: Iterable[Scope]) -> str:
    """Return the address that tells the client its code. Raises AskedWrongly."""
    try:
        url, _headers, _body, _status = core().create_authorization_response(
            request, write_scopes(scopes).split(), dict(asked.credentials), allow=True
        )
    except OAuthToolkitError as error:
        raise _wrong(error.oauthlib_error) from error
    return str(url)


def decline(asked: Asked) -> str:
    """Return the address that tells the client that the person said no."""
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


def _wrong(error: OAuth2Error) -> AskedWrongly:
    if not error.redirect_uri:
        return AskedWrongly(error, None)
    return AskedWrongly(error, _with_issuer(error.in_uri(error.redirect_uri)))


def _with_issuer(url: str) -> str:
    """RFC 9207: errors name who answers, too."""
    return str(add_params_to_uri(url, [("iss", settings.PUBLIC_URL)]))
