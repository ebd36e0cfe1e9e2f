"""Dynamic client registration (RFC 7591): a client tells us where its codes are to go.

There is no way to change or read a registration afterwards (RFC 7592), hence no credential for it
either. A client that needs something else registers again.
"""

import time
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ValidationError as InvalidModel
from oauth2_provider.generators import generate_client_id, generate_client_secret
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accounts.audit import Action
from accounts.authorization.events import note
from accounts.authorization.models import Application
from accounts.authorization.redirects import problems_with
from accounts.authorization.scopes import ALL_SCOPES, read_scopes, write_scopes

MAX_BODY_BYTES = 16_384

AuthMethod = Literal["none", "client_secret_post", "client_secret_basic"]


class RegistrationRefused(Exception):
    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


class ClientMetadata(BaseModel):
    """What we look at; everything else that a client says of itself is ignored."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)

    redirect_uris: list[str]
    client_name: str = Field(default="", max_length=255)
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"  # noqa: S105 - a method
    grant_types: list[Literal["authorization_code", "refresh_token"]] = Field(
        default=["authorization_code"]
    )
    response_types: list[Literal["code"]] = Field(default=["code"])
    scope: str | None = None


def register_client(body: bytes) -> dict[str, Any]:
    """Return the answer for the client. Raises RegistrationRefused."""
    metadata = _read(body)
    problems = problems_with(metadata.redirect_uris, settings.OAUTH_APP_SCHEMES)
    if problems:
        raise RegistrationRefused("invalid_redirect_uri", " ".join(problems))
    is_public = metadata.token_endpoint_auth_method == "none"  # noqa: S105 - a method
    secret = "" if is_public else generate_client_secret()
    application = Application(
        client_id=generate_client_id(),
        client_secret=secret,
        client_type=Application.CLIENT_PUBLIC if is_public else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        registration_source=Application.RegistrationSource.DCR,
        name=metadata.client_name.replace("\0", ""),
        redirect_uris=" ".join(metadata.redirect_uris),
    )
    try:
        application.full_clean(exclude=["client_secret"])
    except InvalidModel as error:
        raise RegistrationRefused("invalid_client_metadata", " ".join(error.messages)) from error
    application.save()
    note(Action.CLIENT_REGISTERED, None, application)
    return _answer(application, metadata, secret)


def _read(body: bytes) -> ClientMetadata:
    if len(body) > MAX_BODY_BYTES:
        raise RegistrationRefused("invalid_client_metadata", "The registration is too long.")
    try:
        metadata = ClientMetadata.model_validate_json(body)
    except ValidationError as error:
        reasons = [
            f"{'.'.join(map(str, detail['loc'])) or 'body'}: {detail['msg']}"
            for detail in error.errors(include_url=False, include_input=False)[:5]
        ]
        raise RegistrationRefused("invalid_client_metadata", "; ".join(reasons)) from error
    if "authorization_code" not in metadata.grant_types:
        raise RegistrationRefused(
            "invalid_client_metadata", "grant_types: authorization_code is needed."
        )
    return metadata


def _answer(application: Application, metadata: ClientMetadata, secret: str) -> dict[str, Any]:
    wanted = ALL_SCOPES if metadata.scope is None else read_scopes(metadata.scope)
    answer = {
        "client_id": application.client_id,
        "client_id_issued_at": int(time.time()),
        "client_name": application.name,
        "redirect_uris": metadata.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": metadata.token_endpoint_auth_method,
        "scope": write_scopes(wanted),
    }
    if secret:
        answer |= {"client_secret": secret, "client_secret_expires_at": 0}
    return answer
