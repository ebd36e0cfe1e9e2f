"""What the pages for admins show of people. A bounded number of queries for each page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from accounts.audit import Action, Outcome
from accounts.authorization.connections import ConnectedApp, connected_apps
from accounts.authorization.models import Connection
from accounts.models import AccessKey, AuditEvent, User
from accounts.operators.bindings import words_of_users
from accounts.operators.block_list import InForce, block_list
from accounts.operators.models import Block, Invitation, Membership, Role
from accounts.operators.role_sources import Standing, standing_of
from accounts.operators.roles import roles_of

CALLS_OF_LAST = timedelta(days=30)
MAX_CALLS = 10_000
"""So many are counted; of who has more, that is said."""

ERRORS = frozenset({Outcome.TOOL_ERROR, Outcome.REJECTED, Outcome.FAILED, Outcome.DENIED})


@dataclass(frozen=True)
class PersonShown:
    user: User
    role: Role | None
    block: InForce | None
    last_seen: datetime | None


@dataclass(frozen=True)
class CallsShown:
    calls: int
    errors: int
    is_cut: bool
    """Whether there were more than are counted."""


@dataclass(frozen=True)
class Details:
    """Of one person."""

    shown: PersonShown
    standing: Standing
    block: Block | None
    """Of which `shown.block` has what a blocked person reads."""
    organizations: Sequence[Membership]
    invitations: Sequence[Invitation]
    keys: Sequence[AccessKey]
    apps: Sequence[ConnectedApp]
    calls: CallsShown
    """Of the last 30 days."""

    @property
    def is_admin(self) -> bool:
        """Whether a block is out of the question: accounts.operators.blocks."""
        return self.shown.role is Role.ADMIN


def shown_people(users: Sequence[User]) -> list[PersonShown]:
    roles = roles_of(users)
    last_used = _last_used([user.pk for user in users])
    return [
        PersonShown(
            user,
            roles.get(user.pk),
            block_list.person(user.hf_id or ""),
            max(filter(None, (user.last_login, last_used.get(user.pk))), default=None),
        )
        for user in users
    ]


def _last_used(user_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when somebody used a key or an app last."""
    used: dict[int, datetime] = {}
    for rows in (AccessKey.objects, Connection.objects):
        of_users = rows.filter(user_id__in=user_ids, last_used_at__isnull=False)
        for user_id, at in of_users.order_by().values_list("user_id").annotate(Max("last_used_at")):
            used[user_id] = max(at, used.get(user_id, at))
    return used


def details_of(user: User) -> Details:
    (shown,) = shown_people([user])
    words = words_of_users({user.pk: user.hf_id or ""})[user.pk]
    return Details(
        shown=shown,
        standing=standing_of(user),
        block=_block_of(user),
        organizations=list(Membership.objects.filter(user=user).order_by("name")),
        invitations=list(Invitation.objects.filter(subject__in=words).order_by("subject")),
        keys=list(user.access_keys.all()),
        apps=connected_apps(user),
        calls=_calls_of(user),
    )


def _block_of(user: User) -> Block | None:
    rows = Block.objects.filter(kind=Block.Kind.PERSON, subject=user.hf_id, over_at=None)
    lasting = rows.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()))
    return lasting.select_related("made_by").order_by("-pk").first()


def _calls_of(user: User) -> CallsShown:
    """Count a bounded number of rows, newest first, by the index on person and time."""
    since = timezone.now() - CALLS_OF_LAST
    newest = AuditEvent.objects.filter(user=user, at__gte=since).order_by("-at")
    rows = newest.values_list("action", "outcome")[: MAX_CALLS + 1]
    outcomes: Counter[str] = Counter()
    seen = 0
    for action, outcome in rows.iterator():
        seen += 1
        if action == Action.TOOL_CALL:
            outcomes[outcome] += 1
    errors = sum(count for outcome, count in outcomes.items() if outcome in ERRORS)
    return CallsShown(outcomes.total(), errors, is_cut=seen > MAX_CALLS)
