"""Sends one message to one receiver: within bounds, and to nobody in a private network."""

import asyncio
import smtplib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from accounts.outgoing.asking import Request, ask
from accounts.outgoing.callers import acting_for
from accounts.outgoing.errors import OutgoingError
from accounts.outgoing.pools import PRIVATE_WEBHOOKS, WEBHOOKS, Pool
from dashboard.alerts.messages import (
    Message,
    as_json,
    for_slack,
    in_one_line,
    plain,
    signature,
)
from dashboard.alerts.models import Receiver

SECONDS = 10.0
"""As settings.EMAIL_TIMEOUT for each step of an e-mail."""
MAX_ANSWER_BYTES = 10_000

NOT_REACHED = "It did not take it: it has to be public, and to answer by https within 10 seconds."
"""The same words whatever went wrong: other ones would tell of names and ports that only this
server sees.
"""

Kind = Receiver.Kind


@dataclass(frozen=True)
class Letter:
    receiver: Receiver
    number: str
    message: Message
    at: datetime


async def send(letter: Letter) -> str:
    """Return what went wrong, "" if nothing did: neither the address nor the answer is in it."""
    if not letter.receiver.address:
        return "The address cannot be read: see FIELD_ENCRYPTION_KEYS."
    if letter.receiver.kind == Kind.EMAIL:
        return await asyncio.to_thread(_send_mail, letter)
    return await _post(letter)


def is_private_host(url: str) -> bool:
    """Whether the operator has named this host, which may be one of their own network."""
    return (urlsplit(url).hostname or "") in settings.ALERT_PRIVATE_HOSTS


def pool_of(receiver: Receiver) -> Pool:
    is_private = receiver.user_id is None and is_private_host(receiver.address)
    return PRIVATE_WEBHOOKS if is_private else WEBHOOKS


async def _post(letter: Letter) -> str:
    receiver = letter.receiver
    pool = pool_of(receiver)
    request = Request("POST", receiver.address, *_headers_and_body(letter))
    try:
        with acting_for(f"person {receiver.user_id}" if receiver.user_id else ""):
            answer = await ask(pool, request, max_bytes=MAX_ANSWER_BYTES, seconds=SECONDS)
    except OutgoingError as error:
        return str(error) if pool is PRIVATE_WEBHOOKS else NOT_REACHED
    return "" if answer.is_success else f"It answered with status {answer.status}."


def _headers_and_body(letter: Letter) -> tuple[dict[str, str], bytes]:
    headers = {"Content-Type": "application/json"}
    if letter.receiver.kind == Kind.SLACK:
        return headers, for_slack(letter.message)
    body = as_json(letter.message, letter.at)
    timestamp = int(timezone.now().timestamp())
    signed = signature(letter.receiver.secret, letter.number, timestamp, body)
    return {
        **headers,
        "Webhook-Id": letter.number,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signed,
    }, body


def _send_mail(letter: Letter) -> str:
    if not settings.HAS_EMAIL:
        return "This server sends no e-mail any more: EMAIL_URL is not set."
    host = urlsplit(settings.PUBLIC_URL).hostname
    mail = EmailMessage(
        subject=in_one_line(letter.message.title),
        body=plain(letter.message),
        to=[letter.receiver.address],
        headers={"Message-ID": f"<{letter.number}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    try:
        mail.send()
    except smtplib.SMTPResponseException as error:
        return f"The mail server answered with {error.smtp_code}."
    except smtplib.SMTPRecipientsRefused:
        return "The mail server does not take this address."
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return f"The mail server could not be used ({type(error).__name__})."
    return ""
