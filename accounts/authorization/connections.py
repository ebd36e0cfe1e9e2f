"""The clients that a user authorized: their scopes, their last use, disconnecting them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.authorization.events import note
from accounts.authorization.models import (
    AccessToken,
    Application,
    Connection,
    Grant,
    RefreshToken,
)
from accounts.authorization.resources import audiences_of
from accounts.authorization.scopes import (
    Scope,
    ScopeLabel,
    read_scopes,
    scope_rows,
    scope_titles,
    write_scopes,
)
from accounts.authorization.tokens import TokenGrant
from accounts.last_use import LastUse, write_uses
from accounts.models import User
from accounts.preferences import announce
from accounts.profiles.changing import changing, own_profile
from accounts.space_models import KnownPrivateSpace


@dataclass(frozen=True)
class ConnectedApp:
    connection_id: int
    name: str
    publisher: str | None
    scopes: frozenset[Scope]
    connected_at: datetime
    first_used_at: datetime | None
    last_used_at: datetime | None
    profile_id: int | None = None
    """Of the only profile that it opens."""
    ended: bool = False
    """Whether no token of it is good any more, so that it has to ask its person again."""

    @property
    def titles(self) -> list[str]:
        return scope_titles(self.scopes)

    @property
    def scope_rows(self) -> list[tuple[Scope, ScopeLabel, bool]]:
        """Each scope that there is, and whether the app has it."""
        return scope_rows(self.scopes)


def note_consent(
    user: User, application: Application, scopes: Iterable[Scope], profile_id: int | None
) -> None:
    """Remember it with the only profile that the client opens; None for each.

    Raises NoSuchProfile.
    """
    now = timezone.now()
    Application.objects.filter(pk=application.pk).update(let_in_at=now)
    row, _is_new = Connection.objects.get_or_create(user_id=user.pk, application=application)
    note(Action.CONSENT, user, application, scopes=write_scopes(scopes))
    if row.profile_id != profile_id:
        bind_app(user, row.pk, profile_id)


def connected_apps(user: User) -> list[ConnectedApp]:
    """Return the clients that can act for this user now, or after a refresh; last used first."""
    return [app for app in authorized_apps(user) if not app.ended]


def authorized_apps(user: User) -> list[ConnectedApp]:
    """Return those, and the clients that were used and whose tokens are all over."""
    scopes = _live_scopes(user)
    rows = (
        Connection.objects.filter(user_id=user.pk)
        .filter(Q(application_id__in=scopes) | Q(last_used_at__isnull=False))
        .select_related("application")
        .order_by(F("last_used_at").desc(nulls_last=True), "-created_at")
    )
    return [
        ConnectedApp(
            connection_id=row.pk,
            name=row.application.shown_name,
            publisher=row.application.publisher,
            scopes=frozenset(scopes.get(row.application_id, ())),
            connected_at=row.created_at,
            first_used_at=row.first_used_at,
            last_used_at=row.last_used_at,
            profile_id=row.profile_id,
            ended=row.application_id not in scopes,
        )
        for row in rows
    ]


def _live_scopes(user: User) -> dict[int, set[Scope]]:
    """Return what each application may do by a token that is good or can be refreshed."""
    tokens = AccessToken.objects.filter(
        Q(expires__gt=timezone.now()) | Q(refresh_token__revoked=None, refresh_token__pk__gt=0),
        user_id=user.pk,
    )
    scopes: dict[int, set[Scope]] = defaultdict(set)
    for application_id, scope in tokens.values_list("application_id", "scope"):
        scopes[application_id] |= read_scopes(scope)
    return scopes


def allowed_scopes(user: User) -> frozenset[Scope]:
    """Return what at least one connected client may do."""
    return frozenset().union(*_live_scopes(user).values())


def disconnect(user: User, connection_id: int) -> bool:
    """Revoke all tokens of one client; return whether it was connected."""
    with transaction.atomic():
        row = _lock(user, connection_id)
        if row is None:
            return False
        _take_back(user, {"application_id": row.application_id})
        note(Action.TOKEN_REVOKED, user, row.application, by="person")
        row.delete()
    announce(user.pk)
    return True


def change_scopes(user: User, connection_id: int, scopes: Iterable[Scope]) -> bool:
    """Let a client do more or less from now on, without a new sign-in; return whether there is one.

    Every token that it holds is for this then, and every one that it gets for those or for a code.
    """
    text = write_scopes(scopes)
    with transaction.atomic():
        row = _lock(user, connection_id)
        if row is None:
            return False
        which = {"user_id": user.pk, "application_id": row.application_id}
        AccessToken.objects.filter(**which).update(scope=text)
        # Those that were replaced too: for a moment they are still taken.
        RefreshToken.objects.filter(**which).update(scope=text)
        Grant.objects.filter(**which).update(scope=text)
        note(Action.SCOPES_CHANGED, user, row.application, scopes=text)
    announce(user.pk)
    return True


def bind_app(user: User, connection_id: int, profile_id: int | None) -> bool:
    """Let a client open one profile only, or each (None); return whether it is connected.

    Raises NoSuchProfile.
    """
    with changing(user, "", "app bound") as detail:
        profile = None if profile_id is None else own_profile(user, profile_id)
        row = _lock(user, connection_id)
        if row is not None:
            detail |= {"profile": profile.name if profile else "all"}
            detail |= {"app": row.application.shown_name}
            row.profile = profile
            row.save(update_fields=["profile"])
    return row is not None


def _lock(user: User, connection_id: int) -> Connection | None:
    # As a refresh does: see authorization.models.lock_connection.
    rows = Connection.objects.select_for_update()
    return rows.filter(user_id=user.pk, pk=connection_id).first()


def sign_out_everywhere(user: User, *, detail: dict[str, Any] | None = None) -> None:
    """End every session of this user and disconnect every client. Access keys stay.

    `detail` is for the audit log.
    """
    with transaction.atomic():
        connections = Connection.objects.filter(user_id=user.pk)
        list(connections.select_for_update())  # as each of their refreshes does
        _take_back(user, {})
        connections.delete()
        # Sessions are tied to the password, and nobody has one that could be typed.
        user.set_unusable_password()
        user.save(update_fields=["password"])
        KnownPrivateSpace.forget_all_of(user.pk)
        audit.record(Action.SIGN_OUT_EVERYWHERE, user, detail=detail)
    announce(user.pk)


def _take_back(user: User, which: dict[str, Any]) -> None:
    now = timezone.now()
    Grant.objects.filter(user_id=user.pk, **which).delete()
    RefreshToken.objects.filter(user_id=user.pk, revoked=None, **which).update(
        revoked=now, updated=now
    )
    AccessToken.objects.filter(user_id=user.pk, **which).delete()


def forget_address(sender: object, user_id: int, name: str, **kwargs: object) -> None:
    """Let no code and no token be good any more at the address of a profile that had this name."""
    which = {"user_id": user_id}
    list(Connection.objects.select_for_update().filter(**which))  # as each of their refreshes does
    here = f"/{name}"
    for rows in (
        Grant.objects.filter(**which),
        RefreshToken.objects.filter(revoked=None, **which),
        AccessToken.objects.filter(**which),
    ):
        for row in rows.only("pk", "resource"):
            left = [each for each in row.resource or () if here not in audiences_of([each])]
            if not left and row.resource:
                _end(row)
            elif left != (row.resource or []):
                rows.filter(pk=row.pk).update(resource=left)


def _end(row: Grant | RefreshToken | AccessToken) -> None:
    if isinstance(row, RefreshToken):
        # Whoever comes with it again is told so, and may be a thief.
        RefreshToken.objects.filter(pk=row.pk).update(revoked=timezone.now())
    else:
        row.delete()


def _write_uses(used: Collection[tuple[int, int]]) -> None:
    which = Q()
    for user_id, application_id in used:
        which |= Q(user_id=user_id, application_id=application_id)
    write_uses(
        Connection.objects.filter(which),
        last_used_at=Now(),
        first_used_at=Coalesce("first_used_at", Now()),
    )


_uses = LastUse(_write_uses)


def note_use(grant: TokenGrant) -> None:
    """Store when the client was last used, at most once a minute."""
    _uses.note((grant.user_id, grant.application_id))
