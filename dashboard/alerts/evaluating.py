"""Sees which rules fire, and which do not any more. Synchronous.

What is found and what is to be told of it are stored in one transaction, so each is told once.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from dashboard.alerts import outbox, rules
from dashboard.alerts.figures import Figures, Reading
from dashboard.alerts.messages import Message
from dashboard.alerts.models import Incident, Rule, Turn
from dashboard.alerts.receivers import receivers_of

EVERY = timedelta(minutes=1)
RESOLVED_AFTER = timedelta(minutes=5)
"""A figure that goes up and down around its threshold is one incident."""
TOLD_AGAIN_AFTER = timedelta(hours=6)
MAX_SUBJECTS_TOLD = 20

Found = dict[tuple[int, str], tuple[Rule, Reading]]


def take_turn(now: datetime) -> bool:
    """Return whether this process is to look; no other does so for a minute."""
    # One that was noted under a wrong clock lies ahead.
    is_due = Q(taken_at__lte=now - EVERY) | Q(taken_at__gt=now + EVERY)
    Turn.objects.get_or_create(pk=Turn.ONLY, defaults={"taken_at": now - EVERY})
    return Turn.objects.filter(is_due, pk=Turn.ONLY).update(taken_at=now) > 0


def evaluate(figures: Figures, now: datetime) -> None:
    found: Found = {
        (rule.pk, reading.subject): (rule, reading)
        for rule in Rule.objects.filter(is_active=True)[: rules.MAX_RULES]
        for reading in rules.firing(rule, figures.readings(rule))
    }
    with transaction.atomic():
        open_now = list(Incident.objects.select_for_update().filter(resolved_at=None))
        known = {(incident.rule_id, incident.subject) for incident in open_now}
        begun = [
            Incident(
                rule=rule,
                title=rules.title(rule),
                subject=reading.subject,
                value=reading.value,
                began_at=now,
                seen_at=now,
                told_at=now,
            )
            for key, (rule, reading) in found.items()
            if key not in known
        ]
        Incident.objects.bulk_create(begun)
        again, resolved = _follow(open_now, found, now)
        fields = ["value", "seen_at", "told_at", "resolved_at"]
        Incident.objects.bulk_update(open_now, fields, batch_size=100)
        _tell("alert.firing", begun, found, now)
        _tell("alert.still_firing", again, found, now)
        _tell("alert.resolved", resolved, found, now)


def _follow(
    incidents: Iterable[Incident], found: Found, now: datetime
) -> tuple[list[Incident], list[Incident]]:
    """Bring open incidents up to date; return those to tell of again, and those that are over."""
    again, resolved = [], []
    for incident in incidents:
        if incident.rule_id and (hit := found.get((incident.rule_id, incident.subject))):
            incident.value, incident.seen_at = max(incident.value, hit[1].value), now
            if now - incident.told_at >= TOLD_AGAIN_AFTER:
                incident.told_at = now
                again.append(incident)
        elif now - incident.seen_at >= RESOLVED_AFTER:
            incident.resolved_at = now
            resolved.append(incident)
    return again, resolved


def _tell(kind: str, incidents: list[Incident], found: Found, now: datetime) -> None:
    """Tell of each rule once, however many Spaces it is about."""
    by_rule: defaultdict[int | None, list[Incident]] = defaultdict(list)
    for incident in incidents:
        by_rule[incident.rule_id].append(incident)
    if not by_rule:
        return
    receivers = list(receivers_of(None))
    messages = [_message(kind, some, found) for some in by_rule.values()]
    outbox.put(product(messages, receivers), now)


_BEGINNINGS = {
    "alert.firing": "",
    "alert.still_firing": "Still: ",
    "alert.resolved": "Over: ",
}


def _message(kind: str, incidents: list[Incident], found: Found) -> Message:
    first = incidents[0]
    subjects = [incident.subject for incident in incidents if incident.subject]
    about = f" ({rules.named(subjects)})" if subjects else ""
    lines = [_line(incident, found) for incident in incidents[:MAX_SUBJECTS_TOLD]]
    if len(incidents) > MAX_SUBJECTS_TOLD:
        lines.append(f"And {len(incidents) - MAX_SUBJECTS_TOLD} more.")
    return Message(
        type=kind,
        title=f"{_BEGINNINGS[kind]}{first.title}{about}",
        text="\n".join(lines),
        url=settings.PUBLIC_URL + reverse("dashboard:alerts:page"),
        data={
            "rule": first.rule_id,
            "incidents": [
                {
                    "id": incident.pk,
                    "subject": incident.subject,
                    "highest": round(incident.value, 3),
                    "since": incident.began_at.isoformat(),
                }
                for incident in incidents[:MAX_SUBJECTS_TOLD]
            ],
        },
    )


def _line(incident: Incident, found: Found) -> str:
    hit = found.get((incident.rule_id or 0, incident.subject))
    subject = f"{incident.subject}: " if incident.subject else ""
    since = f"since {incident.began_at:%Y-%m-%d %H:%M} UTC"
    if hit:
        return f"{subject}{rules.told(*_values(hit))}, {since}."
    return f"{subject}not any more; it was so {since}."


def _values(hit: tuple[Rule, Reading]) -> tuple[Rule, float]:
    rule, reading = hit
    return rule, reading.value
