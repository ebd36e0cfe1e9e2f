"""How long what is kept of alerts is kept."""

from datetime import datetime, timedelta

from accounts.housekeeping import delete_in_steps
from dashboard.alerts.models import Delivery, Incident, PersonalNotice, Receiver

INCIDENTS_KEPT = timedelta(days=90)
DELIVERIES_KEPT = timedelta(days=14)
CONFIRM_WITHIN = timedelta(days=3)
NOTICES_KEPT = timedelta(days=30)
"""Longer than anything is told of ahead."""


def forget_incidents(now: datetime) -> int:
    return delete_in_steps(Incident.objects.filter(resolved_at__lt=now - INCIDENTS_KEPT))


def forget_deliveries(now: datetime) -> int:
    return delete_in_steps(Delivery.objects.filter(at__lt=now - DELIVERIES_KEPT))


def forget_unconfirmed(now: datetime) -> int:
    old = Receiver.objects.filter(confirmed_at=None, created_at__lt=now - CONFIRM_WITHIN)
    return old.delete()[0]


def forget_notices(now: datetime) -> int:
    return delete_in_steps(PersonalNotice.objects.filter(at__lt=now - NOTICES_KEPT))
