"""What django-oauth-toolkit asks before it hands out a code or a token, made stricter.

Tokens are for resources of this server only; a code that is used twice takes the tokens back that
it was given for; whoever was disabled gets nothing.
"""

import logging
import re
from hashlib import sha256
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidGrantError

from accounts.audit import Action
from accounts.authorization.events import note
from accounts.authorization.models import AccessToken, Application, Grant, RefreshToken
from accounts.authorization.resources import MAX_RESOURCES, canonical_resource
from accounts.preferences import announce

logger = logging.getLogger(__name__)

_CODE = re.compile(r"[\x21-\x7e]{1,255}")


class McpValidator(OAuth2Validator):
    def _load_application(self, client_id: str | None, request: Any) -> Application | None:
        # No client has such an id, and PostgreSQL cannot even be asked for one.
        is_possible = client_id is not None and "\0" not in client_id
        return super()._load_application(client_id, request) if is_possible else None

    def validate_code(
        self,
        client_id: str,
        code: str,
        client: Application,
        request: Any,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        if not _CODE.fullmatch(code):
            return False
        grant = Grant.objects.select_related("user").filter(code=code, application=client).first()
        if grant is None:
            _take_back(code, client)
            return False
        # Kept for the questions below: another request may spend the code in between.
        request.grant, request.user, request.scopes = grant, grant.user, grant.scope.split()
        return bool(grant.user.is_active and not grant.is_expired())

    def get_code_challenge(self, code: str, request: Any) -> str:
        return str(request.grant.code_challenge)

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return str(request.grant.code_challenge_method)

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Application,
        request: Any,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return bool(request.grant.redirect_uri_allowed(redirect_uri))

    def validate_refresh_token(
        self, refresh_token: str, client: Application, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        # Asked first: whoever sends an old one ends its family, which only its own client may.
        row = {"token_checksum": _digest(refresh_token), "application": client}
        if not RefreshToken.objects.filter(**row).exists():
            return False
        is_valid = super().validate_refresh_token(refresh_token, client, request, *args, **kwargs)
        return bool(is_valid and request.user.is_active)

    def revoke_token(
        self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any
    ) -> None:
        """RFC 7009: of a client's own tokens only."""
        which = {"token_checksum": _digest(token), "application": request.client}
        row = (
            RefreshToken.objects.filter(**which, revoked=None).first()
            or AccessToken.objects.filter(**which).first()
        )
        super().revoke_token(token, token_type_hint, request, *args, **kwargs)
        if row is not None and row.user is not None:
            note(Action.TOKEN_REVOKED, row.user, request.client, by="app")
            announce(row.user.pk)

    def invalidate_authorization_code(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is left to do: the code was spent in the transaction that stored the tokens."""

    def is_origin_allowed(self, *args: Any, **kwargs: Any) -> bool:
        return False  # django-cors-headers answers browsers

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        if request.grant_type == "refresh_token":
            _lock_unused(request)
        super()._save_bearer_token(token, request, *args, **kwargs)
        action = Action.TOKEN_REFRESHED
        if request.grant_type == "authorization_code":
            _spend(request)
            action = Action.TOKEN_ISSUED
        note(action, request.user, request.client, scopes=token["scope"])

    def _create_refresh_token(self, request: Any, *args: Any) -> RefreshToken:
        row = super()._create_refresh_token(request, *args)
        if request.grant_type == "authorization_code":
            row.code_digest = _digest(request.code)
            row.save(update_fields=["code_digest"])
        return row

    def _check_and_set_request_resource(self, request: Any) -> None:
        asked = [value for key, value in request.decoded_body or [] if key == "resource" and value]
        request.resource = canonical_resources(asked, request)
        super()._check_and_set_request_resource(request)


def canonical_resources(asked: list[str], request: Any = None) -> list[str]:
    """Return our way to write each resource. Raises CustomOAuth2Error for one that is not ours."""
    resources = [canonical_resource(uri) for uri in asked[:MAX_RESOURCES]]
    if None in resources or len(asked) > MAX_RESOURCES:
        raise CustomOAuth2Error(
            error="invalid_target",
            description="The resource is not an address of this server.",
            request=request,
        )
    return list(dict.fromkeys(filter(None, resources)))


def _spend(request: Any) -> None:
    # Of two requests with the same code, one deletes it. The other's tokens are rolled back.
    spent, _ = Grant.objects.filter(code=request.code, application=request.client).delete()
    if not spent:
        raise InvalidGrantError(request=request)


def _lock_unused(request: Any) -> None:
    # Of two requests with the same refresh token that were both found valid, one gets here first.
    # The other is refused, and that is all: whether somebody stole it shows at the next attempt.
    row = RefreshToken.objects.select_for_update().get(pk=request.refresh_token_instance.pk)
    if row.revoked is not None:
        raise InvalidGrantError(request=request)


def _take_back(code: str, client: Application) -> None:
    row = RefreshToken.objects.filter(code_digest=_digest(code), application=client).first()
    if row is None:
        return
    logger.warning("A code of client %s was used twice; its tokens are revoked.", client.pk)
    RefreshToken.revoke_family(row.token_family)


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
