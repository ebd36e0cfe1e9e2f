"""Adds, tries, changes and removes receivers, on the operators' page and on people's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from accounts.buckets import Draw, Rate, buckets, retry_after
from dashboard.alerts.forms import DigestForm, QuietHoursForm, ReceiverForm
from dashboard.alerts.messages import Message
from dashboard.alerts.models import Receiver
from dashboard.alerts.places import Place
from dashboard.alerts.receivers import (
    TooManyReceivers,
    add_receiver,
    change_quiet_hours,
    note_attempt,
    receivers_of,
    remove_receiver,
    send_now,
    trial_of,
)

TRIES = Rate(20, 3_600.0)
"""What one person may have sent at once, to addresses that may be anybody's."""

Render = Callable[..., HttpResponse]
"""Renders the page that a view of receivers belongs to, with more context and a status."""

CONFIRM = "A link was sent there. Nothing else is, until it was opened and confirmed."


@dataclass(frozen=True)
class ReceiverRow:
    receiver: Receiver
    hours: QuietHoursForm
    digest: DigestForm
    test_url: str
    hours_url: str
    digest_url: str
    send_digest_url: str
    remove_url: str


def receivers_context(request: HttpRequest, place: Place) -> dict[str, Any]:
    return {
        "receivers": [_row(place, receiver) for receiver in receivers_of(place.owner)],
        "receiver_form": _form(place),
        "add_receiver_url": place.url("add-receiver"),
        "digest_url": place.url("digest"),
    }


def _form(place: Place, data: Any = None) -> ReceiverForm:
    zone = timezone.get_current_timezone_name()
    return ReceiverForm(data, of_operators=place.owner is None, zone=zone)


def _row(place: Place, receiver: Receiver) -> ReceiverRow:
    shown = ("quiet_from", "quiet_until", "zone")
    return ReceiverRow(
        receiver,
        QuietHoursForm(
            initial={name: getattr(receiver, name) for name in shown},
            auto_id=f"id_{receiver.pk}_%s",
        ),
        DigestForm(
            initial={"day": receiver.digest_day, "hour": receiver.digest_hour},
            auto_id=f"id_{receiver.pk}_digest_%s",
        ),
        test_url=place.url("test-receiver", receiver.pk),
        hours_url=place.url("change-hours", receiver.pk),
        digest_url=place.url("change-digest", receiver.pk),
        send_digest_url=place.url("send-digest", receiver.pk),
        remove_url=place.url("remove-receiver", receiver.pk),
    )


def add(request: HttpRequest, place: Place, render_page: Render) -> HttpResponseBase:
    """Answer with the page that shows a new secret: a redirect would have to keep it somewhere.

    Whoever opens that address again gets the page without it.
    """
    if request.method != "POST":
        return _back(place)
    form = _form(place, request.POST)
    if not form.is_valid():
        return render_page(request, place, status=422, receiver_form=form)
    kind, address = form.cleaned_data["kind"], form.cleaned_data["address"]
    try:
        receiver = add_receiver(place.owner, place.actor, kind, address, form.quiet_hours)
    except TooManyReceivers:
        form.refuse_for_too_many()
        return render_page(request, place, status=422, receiver_form=form)
    if receiver.secret:
        return render_page(request, place, new_secret=receiver.secret)
    if receiver.kind == Receiver.Kind.EMAIL:
        _try_out(request, place, receiver)
    else:
        messages.success(request, "The receiver is added. Send it a test.")
    return _back(place)


def test(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    _try_out(request, place, place.receiver(number))
    return _back(place)


def change_hours(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    receiver, form = place.receiver(number), QuietHoursForm(request.POST)
    if form.is_valid():
        change_quiet_hours(receiver, place.actor, form.quiet_hours)
        messages.success(request, "The quiet hours are saved.")
    else:
        problems = [problem for some in form.errors.values() for problem in some]
        messages.warning(request, " ".join(map(str, problems)))
    return _back(place)


def remove(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    remove_receiver(place.receiver(number), place.actor)
    messages.success(request, "The receiver is removed.")
    return _back(place)


def _try_out(request: HttpRequest, place: Place, receiver: Receiver) -> None:
    said = "A test was sent." if receiver.confirmed_at else CONFIRM
    send_at_once(request, place, receiver, trial_of(receiver), said)


def send_at_once(
    request: HttpRequest, place: Place, receiver: Receiver, message: Message, said: str
) -> None:
    """Send something there while somebody waits, and say what came of it."""
    if seconds := _seconds_to_wait(place):
        messages.warning(
            request, f"Nothing was sent: that was often. Try again in {seconds // 60 + 1} minutes."
        )
        return
    problem = async_to_sync(send_now)(receiver, message)
    note_attempt(receiver.pk, problem)
    if problem:
        messages.error(request, f"It could not be sent. {problem}")
    else:
        messages.success(request, said)


@async_to_sync
async def _seconds_to_wait(place: Place) -> int:
    seconds, _ = buckets.take([Draw(f"alerts tried:{place.actor.pk}", TRIES)])
    return retry_after(seconds) if seconds else 0


def _back(place: Place) -> HttpResponse:
    return redirect(place.url("page") + "#receivers")
