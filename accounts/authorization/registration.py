"""Dynamic client registration (RFC 7591): a client tells us where its codes are to go.

What we cannot do is replaced or dropped, and the answer says what holds (section 3.2.1): a client
that supports more than we do is registered. Only one whose codes could be sent nowhere is refused.

There is no way to change or read a registration afterwards (RFC 7592), hence no credential for it
either. A client that needs something else registers again.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from oauth2_provider.generators import generate_client_id, generate_client_secret

from accounts.audit import Action
from accounts.authorization.events import note
from accounts.authorization.models import Application
from accounts.authorization.redirects import usable
from accounts.authorization.scopes import ALL_SCOPES, DEFAULT_SCOPES, read_scopes, write_scopes

MAX_BODY_BYTES = 65_536
"""Some send their keys and their logo along."""
MAX_NAME_LENGTH = 255
MAX_PROBLEMS = 5

AUTH_METHODS = ("none", "client_secret_post", "client_secret_basic")
GRANT_TYPES = ["authorization_code", "refresh_token"]
RESPONSE_TYPES = ["code"]


class RegistrationRefused(Exception):
    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True)
class ClientMetadata:
    """What holds of what a client says of itself."""

    redirect_uris: list[str]
    name: str
    auth_method: str
    scope: str


def register_client(body: bytes) -> dict[str, Any]:
    """Return the answer for the client. Raises RegistrationRefused."""
    metadata = read_metadata(_read_object(body))
    is_public = metadata.auth_method == "none"
    secret = "" if is_public else generate_client_secret()
    application = Application(
        client_id=generate_client_id(),
        client_secret=secret,
        client_type=Application.CLIENT_PUBLIC if is_public else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        registration_source=Application.RegistrationSource.DCR,
        name=metadata.name,
        redirect_uris=" ".join(metadata.redirect_uris),
    )
    try:
        application.full_clean(exclude=["client_secret"])
    except ValidationError as error:
        raise RegistrationRefused("invalid_client_metadata", " ".join(error.messages)) from error
    application.save()
    note(Action.CLIENT_REGISTERED, None, application)
    return _answer(application, metadata, secret)


def _read_object(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        raise RegistrationRefused("invalid_client_metadata", "The registration is too long.")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RegistrationRefused("invalid_client_metadata", "The body is not JSON.") from error
    if not isinstance(given, dict):
        raise RegistrationRefused("invalid_client_metadata", "The body is not a JSON object.")
    return given


def read_metadata(given: Mapping[str, Any]) -> ClientMetadata:
    """Raises RegistrationRefused when no redirect URI can be used."""
    uris, problems = usable(_words(given.get("redirect_uris")), settings.OAUTH_APP_SCHEMES)
    if not uris:
        reasons = problems[:MAX_PROBLEMS] or ["At least one redirect URI is needed."]
        raise RegistrationRefused("invalid_redirect_uri", " ".join(reasons))
    # RFC 7591 section 2 names what holds for who says nothing.
    method = given.get("token_endpoint_auth_method")
    return ClientMetadata(
        redirect_uris=uris,
        name=next(_names(given), "")[:MAX_NAME_LENGTH],
        auth_method=method if method in AUTH_METHODS else "client_secret_basic",
        scope=_scope(given.get("scope")),
    )


def _words(value: object) -> list[str]:
    """Return the strings in a list; some clients send one without the list around it."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _names(given: Mapping[str, Any]) -> Iterator[str]:
    # `client_name#de` is its name in that language (RFC 7591 section 2.2).
    for key in ("client_name", *(key for key in given if key.startswith("client_name#"))):
        value = given.get(key)
        if isinstance(value, str) and (name := _storable(value)):
            yield name


def _storable(text: str) -> str:
    """Leave out what no database stores: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _scope(wanted: object) -> str:
    if wanted is None:
        return write_scopes(ALL_SCOPES)
    known = read_scopes(" ".join(_words(wanted)))
    return write_scopes(known or DEFAULT_SCOPES)


def _answer(application: Application, metadata: ClientMetadata, secret: str) -> dict[str, Any]:
    answer = {
        "client_id": application.client_id,
        "client_id_issued_at": int(time.time()),
        "client_name": application.name,
        "redirect_uris": metadata.redirect_uris,
        "grant_types": GRANT_TYPES,
        "response_types": RESPONSE_TYPES,
        "token_endpoint_auth_method": metadata.auth_method,
        "scope": metadata.scope,
    }
    if secret:
        answer |= {"client_secret": secret, "client_secret_expires_at": 0}
    return answer
