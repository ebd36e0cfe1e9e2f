"""Makes, changes and removes rules. What is changed begins anew: what fired before is over."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from dashboard.alerts import rules
from dashboard.alerts.models import Incident, Rule


class TooManyRules(Exception):
    """There are as many as there may be."""


def add_rule(rule: Rule, admin: User) -> None:
    """Raises TooManyRules."""
    with transaction.atomic():
        if Rule.objects.count() >= rules.MAX_RULES:
            raise TooManyRules
        rule.save()
        _record(Action.ALERT_RULE_ADDED, rule, admin)


def add_defaults(admin: User) -> int:
    """Add those that are offered and that there is nothing like yet; return how many."""
    with transaction.atomic():
        known = list(Rule.objects.all())
        new = [
            rule
            for rule in rules.defaults()
            if not any(rules.is_same(rule, each) for each in known)
        ]
        for rule in new:
            add_rule(rule, admin)
    return len(new)


def change_rule(rule: Rule, admin: User) -> None:
    with transaction.atomic():
        _close(rule)
        rule.save()
        _record(Action.ALERT_RULE_CHANGED, rule, admin)


def remove_rule(rule: Rule, admin: User) -> None:
    with transaction.atomic():
        _close(rule)
        _record(Action.ALERT_RULE_REMOVED, rule, admin)
        rule.delete()


def _close(rule: Rule) -> None:
    Incident.objects.filter(rule=rule, resolved_at=None).update(resolved_at=timezone.now())


def _record(action: Action, rule: Rule, admin: User) -> None:
    audit.record(action, admin, detail={"rule": rules.title(rule), "in_use": rule.is_active})
