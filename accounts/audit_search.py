"""Looks things up in the audit log, newest first, for the people who may read it."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.tool_choices import switches_tools

PAGE_SIZE = 50
EXACT = ("action", "outcome", "reason", "request_id")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
MINUTE = "%Y-%m-%dT%H:%M"
WHOLE_DAYS = {"since": "T00:00", "until": "T23:59"}
"""What a day stands for that has no time."""
MAX_FACTS_CHARACTERS = 300

_PHRASES = {
    ("with", "oauth"): "with Hugging Face",
    ("with", "token"): "with a pasted token",
    ("credential", "anonymous"): "without signing in",
    ("credential", "oauth"): "by a connected app",
    ("credential", "access_key"): "with an access key",
    ("credential", "hf_token"): "with a Hugging Face token",
}
"""What reads better than a name and a value."""

ACTIONS = [("", "Everything"), *AuditEvent.Action.choices]
OF_NOBODY = frozenset(
    {
        Action.CLIENT_REGISTERED,
        Action.CREDENTIAL_REFUSED,
        Action.ACCESS_REFUSED,
        Action.BLOCK_ENDED,
    }
)
"""What is done by nobody, or before it is known by whom."""
OF_ADMINS = frozenset(
    {
        Action.KEYS_ROTATED,
        Action.ADMIN_GAINED,
        Action.ADMIN_LOST,
        Action.ADMIN_NAME_BOUND,
        Action.ADMIN_NAME_REFUSED,
        Action.ROLE_GIVEN,
        Action.ROLE_TAKEN,
        Action.INVITED,
        Action.INVITATION_REMOVED,
        Action.GROUP_MADE,
        Action.GROUP_CHANGED,
        Action.GROUP_DELETED,
        Action.GROUP_MEMBER_ADDED,
        Action.GROUP_MEMBER_REMOVED,
        Action.BLOCK_MADE,
        Action.BLOCK_UNDONE,
        Action.SESSIONS_ENDED,
        Action.SESSION_ENDED,
        Action.AUDIT_READ,
        Action.AUDIT_EXPORTED,
        Action.ALERT_RULE_ADDED,
        Action.ALERT_RULE_CHANGED,
        Action.ALERT_RULE_REMOVED,
    }
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Events = QuerySet[AuditEvent]


class MomentField(forms.DateTimeField):
    """A minute by the reader's clock, as datetime-local inputs send it whatever they show."""

    def __init__(self, label: str) -> None:
        super().__init__(
            required=False,
            label=label,
            widget=forms.DateTimeInput({"type": "datetime-local"}, format=MINUTE),
            validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
            error_messages={"invalid": "Write the time as 2026-11-29T14:05, or a day."},
        )

    def to_python(self, value: Any) -> datetime | None:
        """Take also what a clock shows twice, or never, as summer time ends or begins."""
        if not value:
            return None
        try:
            shown = datetime.strptime(value, MINUTE)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"]) from error
        return shown.replace(tzinfo=timezone.get_current_timezone())


class AuditFilter(forms.Form):
    """Filters of the audit log. With an invalid field, only its error is shown."""

    action = forms.ChoiceField(required=False)
    outcome = forms.ChoiceField(
        required=False, choices=[("", "Any outcome"), *AuditEvent.Outcome.choices]
    )
    reason = forms.ChoiceField(
        required=False, choices=[("", "Any reason"), *AuditEvent.Reason.choices]
    )
    tool = forms.CharField(required=False, max_length=120)
    client = forms.CharField(required=False, max_length=120)
    since = MomentField(label="From")
    until = MomentField(label="To")
    request_id = forms.CharField(required=False, max_length=64, label="Request id")

    def __init__(self, data: QueryDict, *, never: Container[str] = ()) -> None:
        """`never` are actions that are in no log that this filters, so are not offered."""
        super().__init__(_with_times(data), label_suffix="")
        self.fields["action"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            choice for choice in ACTIONS if choice[0] not in never
        ]

    def apply(self, events: Events) -> Events:
        if not self.is_valid():
            return events.none()
        asked = self.cleaned_data
        events = events.filter(**{name: asked[name] for name in EXACT if asked[name]})
        if tool := asked["tool"]:
            events = events.filter(tool__icontains=tool)
        if client := asked["client"]:
            events = events.filter(client__icontains=client)
        if since := asked["since"]:
            events = events.filter(at__gte=since)
        if until := asked["until"]:
            events = events.filter(at__lt=until + timedelta(minutes=1))
        return events

    @property
    def is_in_use(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class AdminAuditFilter(AuditFilter):
    user = forms.CharField(required=False, max_length=150, label="Person")

    field_order = ("user",)

    def apply(self, events: Events) -> Events:
        events = super().apply(events)
        user = self.cleaned_data.get("user")
        return events.filter(_is_of(user)) if user else events


def _is_of(user: str) -> Q:
    """Match the events of a person, by their name or else by their Hugging Face id.

    People are looked up first: joined to the log, all of it would be read.
    """
    found = User.objects.filter(username__iexact=user).values_list("pk", "hf_id").first()
    if found is None:
        return Q(hf_id=user)
    user_id, hf_id = found
    return Q(hf_id=hf_id) if hf_id else Q(user_id=user_id)


@dataclass(frozen=True)
class Row:
    """An event as people read it."""

    event: AuditEvent
    facts: str

    @property
    def who(self) -> str:
        """Their name; their Hugging Face id when they have no account here any more; or nobody."""
        if self.event.user is not None:
            return self.event.user.username
        return self.event.hf_id

    @property
    def can_be_undone(self) -> bool:
        """Whether the page of the tools can switch back what was switched."""
        return switches_tools(self.event.detail)

    @property
    def is_of_unknown_tool(self) -> bool:
        """Whether a tool was called that is none; names that callers make up are not kept."""
        event = self.event
        return not event.tool and (event.action, event.reason) == (
            Action.TOOL_CALL,
            AuditEvent.Reason.NOT_FOUND,
        )


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    older: str
    """Query string of the next page, "" on the last."""
    is_first: bool


def page_context(form: AuditFilter, events: Events, asked: QueryDict) -> dict[str, Any]:
    """Return what the page of a log shows."""
    filtered = asked.copy()
    filtered.pop("before", None)
    return {
        "form": form,
        "page": find_page(form.apply(events), asked),
        "query": filtered.urlencode(),
        "retention_days": settings.AUDIT_RETENTION_DAYS,
    }


def find_page(events: Events, asked: QueryDict) -> Page:
    """Return the page that `?before=` asks for, the newest events otherwise."""
    before = asked.get("before", "")
    found = list(next_events(events, before, PAGE_SIZE + 1))
    shown = found[:PAGE_SIZE]
    older = ""
    if len(found) > PAGE_SIZE:
        query = asked.copy()
        query["before"] = place_of(shown[-1])
        older = query.urlencode()
    return Page([Row(event, _facts(event.detail)) for event in shown], older, not before)


def next_events(events: Events, before: str, count: int) -> Events:
    """Return those that come after a place in the log; a place that is none is its beginning."""
    place = _read_place(before)
    if place is not None:
        at, key = place
        # The first condition says nothing new, but is one that an index can begin at.
        events = events.filter(Q(at__lte=at), Q(at__lt=at) | Q(pk__lt=key))
    return events.select_related("user").order_by("-at", "-pk")[:count]


def place_of(event: AuditEvent) -> str:
    return f"{event.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{event.pk}"


def _read_place(text: str) -> tuple[datetime, int] | None:
    moment, _, key = text.partition("-")
    try:
        at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        return at, min(int(key), 2**62)
    except ValueError:
        return None


def _with_times(data: QueryDict) -> QueryDict:
    """Let days be whole ones."""
    given = data.copy()
    for name, time in WHOLE_DAYS.items():
        if _DAY.fullmatch(day := given.get(name, "")):
            given[name] = day + time
    return given


def _facts(detail: dict[str, Any]) -> str:
    """Write details of our own making for people."""
    facts = " · ".join(
        _PHRASES.get((name, str(value)), f"{name}: {_plain(value)}")
        for name, value in detail.items()
    )
    return facts if len(facts) <= MAX_FACTS_CHARACTERS else facts[:MAX_FACTS_CHARACTERS] + "…"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
