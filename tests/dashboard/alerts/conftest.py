"""Somebody who receives alerts: a web server on loopback, and Django's outbox of e-mail."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.buckets import buckets
from accounts.models import User
from dashboard import store
from dashboard.alerts.evaluating import evaluate
from dashboard.alerts.figures import Figures
from dashboard.alerts.messages import new_secret
from dashboard.alerts.models import Delivery, Receiver
from dashboard.tally import Limits, Tally
from tests.dashboard.factories import make_record

NOON = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)
PAGE = reverse("dashboard:alerts:page")
OWN_PAGE = reverse("personal-alerts:page")


@dataclass
class Listener:
    url: str
    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def listener(settings):
    """A web server of the operator's own network."""
    settings.ALERT_PRIVATE_HOSTS = frozenset({"127.0.0.1"})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listening.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(listening.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening = Listener(f"http://127.0.0.1:{server.server_port}/secret-path")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listening
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.HAS_EMAIL = True
    settings.DEFAULT_FROM_EMAIL = "alerts@example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    buckets._full_at.clear()


@pytest.fixture
def person(db):
    return User.objects.create(username="carol", hf_id="c" * 24)


def receiver_of(owner, kind="webhook", address="https://example.org/hook", **values):
    given = {"confirmed_at": timezone.now(), "secret": new_secret(), **values}
    return Receiver.objects.create(user=owner, kind=kind, address=address, **given)


def write(at, *records):
    tally = Tally(Limits())
    for record in records:
        tally.add(make_record(**({"at": at} | record)))
    store.write(tally)


def look(at):
    evaluate(Figures(at), at)


def told():
    """Return the titles of what was put into the outbox, the oldest first."""
    return [delivery.content["title"] for delivery in Delivery.objects.order_by("pk")]


def minutes(number):
    return NOON + timedelta(minutes=number)
