"""A person's own page of alerts, and the link that confirms an address."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.audit import Action
from dashboard.alerts import receiver_views
from dashboard.alerts.forms import PersonalForm
from dashboard.alerts.models import PersonalAlerts
from dashboard.alerts.places import Place
from dashboard.alerts.receiver_views import receivers_context
from dashboard.alerts.receivers import confirm, receiver_of_link


def page(request: HttpRequest, place: Place) -> HttpResponse:
    return render_page(request, place)


def render_page(
    request: HttpRequest, place: Place, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        **receivers_context(request, place),
        "form": PersonalForm(instance=_chosen(place)),
        **more,
    }
    return render(request, "dashboard/alerts/personal.html", context, status=status)


def choose(request: HttpRequest, place: Place) -> HttpResponseBase:
    form = PersonalForm(request.POST, instance=_chosen(place))
    if form.is_valid():
        form.save()
        chosen = sorted(name for name, is_ticked in form.cleaned_data.items() if is_ticked)
        audit.record(Action.ALERTS_CHOSEN, place.actor, detail={"alerts": chosen})
        messages.success(request, "Your alerts are saved.")
    return redirect(place.url("page"))


def _chosen(place: Place) -> PersonalAlerts:
    saved = PersonalAlerts.objects.filter(user_id=place.actor.pk).first()
    return saved or PersonalAlerts(user=place.actor, looked_at=timezone.now())


@require_http_methods(["GET", "POST"])
@never_cache
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Ask first: programs that look at mail open its links."""
    receiver = receiver_of_link(token)
    if receiver is None:
        return render(request, "dashboard/alerts/confirm.html", {"is_void": True}, status=404)
    if request.method == "POST":
        confirm(receiver)
    is_done = request.method == "POST" or receiver.confirmed_at is not None
    return render(request, "dashboard/alerts/confirm.html", {"is_done": is_done})


add_receiver = partial(receiver_views.add, render_page=render_page)
