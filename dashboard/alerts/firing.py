"""What fires now, for the first page of the dashboard."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.alerts.models import Incident
from dashboard.alerts.rules import named

MOST_RULES = 5
MOST_INCIDENTS = 500


@dataclass(frozen=True)
class Firing:
    """One rule, however many Spaces it is about."""

    title: str
    since: datetime
    subjects: str
    """Which Spaces, "" of a rule about none."""


def fires_now() -> list[Firing]:
    """Return the rules that fire, the one that has for longest first."""
    by_title: dict[str, list[Incident]] = {}
    for incident in Incident.objects.filter(resolved_at=None).order_by("began_at")[:MOST_INCIDENTS]:
        by_title.setdefault(incident.title, []).append(incident)
    return [
        Firing(title, incidents[0].began_at, named([each.subject for each in incidents]))
        for title, incidents in list(by_title.items())[:MOST_RULES]
    ]
