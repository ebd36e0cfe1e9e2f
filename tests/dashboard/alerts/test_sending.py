"""How alerts get to those who receive them."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.core import mail

from dashboard.alerts import outbox
from dashboard.alerts.messages import Message
from dashboard.alerts.models import Delivery
from dashboard.alerts.sending import NOT_REACHED
from tests.dashboard.alerts.conftest import NOON, minutes, receiver_of

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGE = Message(
    type="alert.firing",
    title="More than <20> % & so\non",
    text="It is <@everyone>.",
    url="https://mcp.example.org/dashboard/alerts/",
    data={"rule": 7},
)


def put(receiver):
    outbox.put([(MESSAGE, receiver)], NOON)


def send(at=NOON):
    async_to_sync(outbox.send_due)(lambda: at)


def test_a_webhook_is_signed_as_standard_webhooks_says(listener):
    receiver = receiver_of(None, address=listener.url)
    put(receiver)

    send()

    [(headers, body)] = listener.heard
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(receiver.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    told = json.loads(body)
    assert (told["type"], told["data"]["rule"]) == ("alert.firing", 7)
    assert told["timestamp"] == NOON.isoformat()
    receiver.refresh_from_db()
    assert (receiver.problem, Delivery.objects.get().sent_at is not None) == ("", True)


def test_slack_reads_no_mention_in_a_name(listener):
    put(receiver_of(None, "slack", listener.url))

    send()

    [(headers, body)] = listener.heard
    text = json.loads(body)["text"]
    assert "&lt;@everyone&gt;" in text and "&amp; so" in text
    assert text.endswith("<https://mcp.example.org/dashboard/alerts/>")
    assert "webhook-signature" not in headers


def test_an_e_mail_has_one_line_of_subject():
    put(receiver_of(None, "email", "ops@example.org"))

    send()

    [sent] = mail.outbox
    assert sent.subject == "More than <20> % & so on"
    assert (sent.to, sent.from_email) == (["ops@example.org"], "alerts@example.org")
    assert MESSAGE.url in sent.body


def test_what_fails_is_tried_again_later_and_given_up_in_the_end(listener):
    receiver = receiver_of(None, address=listener.url)
    listener.status = 503
    put(receiver)

    send()
    send(NOON + timedelta(seconds=50))
    assert len(listener.heard) == 1
    receiver.refresh_from_db()
    assert receiver.problem == "It answered with status 503."

    for hours in range(1, 30):
        send(NOON + timedelta(hours=hours * 5))
    receiver.refresh_from_db()
    assert len(listener.heard) == outbox.MAX_ATTEMPTS
    assert receiver.problem.startswith("Given up after 6 attempts")
    assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 1


def test_what_was_sent_is_not_sent_again(listener):
    put(receiver_of(None, address=listener.url))

    send()
    send(minutes(600))

    assert len(listener.heard) == 1


def test_one_that_fails_keeps_nobody_waiting(listener):
    put(receiver_of(None, address="http://127.0.0.1:9/"))
    put(receiver_of(None, address=listener.url))

    send()

    assert len(listener.heard) == 1


def test_what_a_dead_process_had_taken_is_sent_by_another(listener, monkeypatch):
    put(receiver_of(None, address=listener.url))

    async def die(letter):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "send", die)
        with pytest.raises(SystemExit):
            send()
    send(minutes(1))

    assert len(listener.heard) == 1


def test_nobody_has_a_private_address_told_but_the_operator(person, listener):
    """Whose settings name the host."""
    receiver = receiver_of(person, address=listener.url)
    put(receiver)

    send()

    receiver.refresh_from_db()
    assert listener.heard == []
    assert receiver.problem == NOT_REACHED


def test_an_address_that_is_not_confirmed_gets_no_alert():
    put(receiver_of(None, "email", "ops@example.org", confirmed_at=None))

    assert not Delivery.objects.exists()
