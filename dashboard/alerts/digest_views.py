"""When a receiver gets its weekly digest, what it says, and sending one at once."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from dashboard.alerts.digests import as_message, until_now
from dashboard.alerts.forms import DigestForm
from dashboard.alerts.places import Place
from dashboard.alerts.receiver_views import send_at_once
from dashboard.alerts.receivers import change_digest


def preview(request: HttpRequest, place: Place) -> HttpResponse:
    digest = until_now(_owner_id(place), timezone.localtime())
    context = {"digest": digest, "back": place.url("page"), "of_operators": place.owner is None}
    return render(request, "dashboard/alerts/digest.html", context)


def change(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    receiver, form = place.receiver(number), DigestForm(request.POST)
    if not receiver.confirmed_at:
        messages.warning(request, "Confirm the address first.")
    elif form.is_valid():
        day = form.cleaned_data["day"]
        change_digest(receiver, place.actor, day, form.cleaned_data["hour"])
        said = "It gets no digest." if day is None else "The digest is saved."
        messages.success(request, said)
    else:
        messages.warning(request, "Choose a day and an hour of the lists.")
    return redirect(place.url("page") + "#receivers")


def send_now(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    receiver = place.receiver(number)
    if not receiver.confirmed_at:
        messages.warning(request, "Confirm the address first.")
    else:
        local = timezone.now().astimezone(ZoneInfo(receiver.zone))
        message = as_message(until_now(_owner_id(place), local), _owner_id(place))
        send_at_once(request, place, receiver, message, "The digest was sent.")
    return redirect(place.url("page") + "#receivers")


def _owner_id(place: Place) -> int | None:
    return place.owner.pk if place.owner else None
