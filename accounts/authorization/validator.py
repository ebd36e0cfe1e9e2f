"""Validates requests for codes and tokens, more strictly than django-oauth-toolkit.

Tokens are for resources of this server only; a code that is used twice takes the tokens back that
it was given for; disabled users get nothing.
"""

import logging
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidGrantError

from accounts.audit import Action
from accounts.authorization.events import note
from accounts.authorization.models import (
    AccessToken,
    Application,
    Grant,
    RefreshToken,
    lock_connection,
)
from accounts.authorization.resources import (
    MAX_RESOURCES,
    canonical_resource,
    names_whole_server,
)
from accounts.authorization.scopes import read_scopes, write_scopes
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
        rows = RefreshToken.objects.filter(
            token_checksum=_digest(refresh_token), application=client
        ).select_related("user", "access_token")
        row = rows.filter(revoked=None).first() or rows.order_by("-revoked").first()
        if row is None:
            return False
        # The library would look again, and take one that another process has replaced just now for
        # a replay.
        if row.revoked is not None and not row.is_good_once_more:
            RefreshToken.revoke_family(row.token_family)
            return False
        request.user, request.refresh_token_instance = row.user, row
        return not row.has_expired and bool(row.user.is_active)

    def get_original_scopes(
        self, refresh_token: str, request: Any, *args: Any, **kwargs: Any
    ) -> str:
        return str(request.refresh_token_instance.granted_scope)

    def is_within_original_scope(self, *args: Any, **kwargs: Any) -> bool:
        return True  # what is more than that is dropped when the token is made

    def revoke_token(
        self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any
    ) -> None:
        """RFC 7009: of a client's own tokens only, and with one all that came of that sign-in.

        Only an access token that was replaced already goes alone: its client has another.
        """
        which = {"token_checksum": _digest(token), "application": request.client}
        access = AccessToken.objects.filter(**which).first()
        refreshes = RefreshToken.objects.filter(**({"access_token": access} if access else which))
        refresh = refreshes.first()
        if refresh is not None and refresh.is_of_live_family:
            RefreshToken.end_family(refresh.token_family)
            user = refresh.user
        elif access is not None and access.user is not None:
            access.delete()
            user = access.user
        else:
            return
        note(Action.TOKEN_REVOKED, user, request.client, by="app")
        announce(user.pk)

    def invalidate_authorization_code(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is left to do: the code was spent in the transaction that stored the tokens."""

    def is_origin_allowed(self, *args: Any, **kwargs: Any) -> bool:
        return False  # django-cors-headers answers browsers

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        if request.grant_type == "refresh_token":
            self._replace_refresh_token(token, request)
            action = Action.TOKEN_REFRESHED
        else:
            # As for a refresh: whoever changes its scopes changes those of codes, too.
            lock_connection(request.user, request.client)
            token["scope"] = _scope_of_code(request)
            super()._save_bearer_token(token, request, *args, **kwargs)
            _spend(request)
            action = Action.TOKEN_ISSUED
        note(action, request.user, request.client, scopes=token["scope"])

    def _replace_refresh_token(self, token: Any, request: Any) -> None:
        # Whoever refreshes, disconnects the client or changes its scopes waits here for the others.
        lock_connection(request.user, request.client)
        rows = RefreshToken.objects.select_related("access_token")
        row = rows.filter(pk=request.refresh_token_instance.pk).first()
        if row is None or not (row.revoked is None or row.is_good_once_more):
            # Another was first, with no grace between them: whether this one was stolen shows at
            # the next attempt.
            raise InvalidGrantError(request=request)
        self._check_and_set_request_resource(request)
        token["scope"] = _scope_of_refresh(request.scopes, row.granted_scope)
        if row.revoked is None:
            # The access token lives on until its end: another process may be using it.
            RefreshToken.objects.filter(pk=row.pk).update(
                revoked=timezone.now(), access_token=None, scope=row.granted_scope
            )
        expires = timezone.now() + timedelta(seconds=token["expires_in"])
        access_token = self._create_access_token(expires, request, token)
        self._create_refresh_token(request, token["refresh_token"], access_token, row)

    def _create_refresh_token(
        self, request: Any, code: str, access_token: AccessToken, previous: RefreshToken | None
    ) -> RefreshToken:
        row = super()._create_refresh_token(request, code, access_token, previous)
        if previous is None:
            row.code_digest, row.scope = _digest(request.code), access_token.scope
        else:
            row.scope = previous.granted_scope
        row.save(update_fields=["code_digest", "scope"])
        AccessToken.objects.filter(pk=access_token.pk).update(token_family=row.token_family)
        return row

    def _check_and_set_request_resource(self, request: Any) -> None:
        asked = [value for key, value in request.decoded_body or [] if key == "resource" and value]
        request.resource = canonical_resources(asked, request)
        super()._check_and_set_request_resource(request)


def canonical_resources(asked: list[str], request: Any = None) -> list[str]:
    """Return our way to write each resource. Raises CustomOAuth2Error for one that is not ours.

    Our bare origin counts as none: whoever sends it alone gets what they get who name no resource.
    """
    narrower = [uri for uri in asked[:MAX_RESOURCES] if not names_whole_server(uri)]
    resources = [canonical_resource(uri) for uri in narrower]
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


def _scope_of_code(request: Any) -> str:
    grants = Grant.objects.filter(code=request.code, application=request.client)
    if (scope := grants.values_list("scope", flat=True).first()) is None:
        raise InvalidGrantError(request=request)
    return scope


def _scope_of_refresh(asked: list[str], granted: str) -> str:
    """Return what was asked for and agreed to; all that was agreed to if that leaves nothing."""
    agreed = read_scopes(granted)
    return write_scopes(agreed & read_scopes(" ".join(asked)) or agreed)


def _take_back(code: str, client: Application) -> None:
    row = RefreshToken.objects.filter(code_digest=_digest(code), application=client).first()
    if row is None:
        return
    logger.warning("A code of client %s was used twice; its tokens are revoked.", client.pk)
    RefreshToken.revoke_family(row.token_family)


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
