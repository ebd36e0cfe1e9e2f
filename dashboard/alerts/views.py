"""The operators' page of alerts, and what is done there."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from dashboard.alerts import receiver_views, rules
from dashboard.alerts.forms import RuleForm
from dashboard.alerts.models import Delivery, Incident, Rule
from dashboard.alerts.places import Place
from dashboard.alerts.receiver_views import receivers_context
from dashboard.alerts.rule_book import (
    TooManyRules,
    add_defaults,
    add_rule,
    change_rule,
    remove_rule,
)

HISTORY_SHOWN = 50
NOT_SENT_SHOWN = 20


def page(request: HttpRequest, place: Place) -> HttpResponse:
    return render_page(request, place)


def render_page(
    request: HttpRequest, place: Place, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {**_rules_context(), **receivers_context(request, place), **more}
    return render(request, "dashboard/alerts/page.html", context, status=status)


def _rules_context() -> dict[str, Any]:
    open_now: dict[int | None, list[Incident]] = {}
    for incident in Incident.objects.filter(resolved_at=None).order_by("began_at"):
        open_now.setdefault(incident.rule_id, []).append(incident)
    return {
        "rules": [
            {"rule": rule, "title": rules.title(rule), "incidents": open_now.get(rule.pk, ())}
            for rule in Rule.objects.all()[: rules.MAX_RULES]
        ],
        "rule_form": RuleForm(),
        "history": Incident.objects.exclude(resolved_at=None).order_by("-began_at")[:HISTORY_SHOWN],
        "waiting": Delivery.objects.filter(
            receiver__user=None, sent_at=None, attempts__gt=0
        ).order_by("-at")[:NOT_SENT_SHOWN],
    }


def add(request: HttpRequest, place: Place) -> HttpResponseBase:
    form = RuleForm(request.POST)
    if not form.is_valid():
        return render_page(request, place, status=422, rule_form=form)
    try:
        add_rule(form.save(commit=False), place.actor)
    except TooManyRules:
        form.add_error(None, f"There can be {rules.MAX_RULES} rules. Remove one first.")
        return render_page(request, place, status=422, rule_form=form)
    messages.success(request, "The rule is added. It is looked at once a minute.")
    return redirect(place.url("page"))


def add_usual(request: HttpRequest, place: Place) -> HttpResponseBase:
    try:
        added = add_defaults(place.actor)
    except TooManyRules:
        messages.warning(request, "There are too many rules for that. Remove some first.")
    else:
        said = f"{added} rules are added." if added else "There are rules like these already."
        messages.success(request, said)
    return redirect(place.url("page"))


def change(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Show one rule's form, and take it."""
    form = RuleForm(request.POST or None, instance=_rule(number))
    if request.method == "POST" and form.is_valid():
        change_rule(form.save(commit=False), place.actor)
        messages.success(request, "The rule is changed, and begins anew.")
        return redirect(place.url("page"))
    context = {"form": form, "title": rules.title(_rule(number)), "number": number}
    status = 422 if form.errors else 200
    return render(request, "dashboard/alerts/rule.html", context, status=status)


def remove(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    remove_rule(_rule(number), place.actor)
    messages.success(request, "The rule is removed.")
    return redirect(place.url("page"))


def _rule(number: int) -> Rule:
    found = Rule.objects.filter(pk=number).first()
    if found is None:
        raise Http404("There is no such rule.")
    return found


add_receiver = partial(receiver_views.add, render_page=render_page)
