"""What is told, in the form that each sort of receiver takes. Pure.

Webhooks follow Standard Webhooks 1.0.0, so that who receives them can check them with a library:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

SECRET_PREFIX = "whsec_"  # noqa: S105 - how the specification writes secrets
SECRET_BYTES = 32
MAX_TITLE = 150


@dataclass(frozen=True)
class Message:
    type: str
    """As programs tell messages apart, such as "alert.firing"."""
    title: str
    text: str
    url: str
    """Where more of it is."""
    data: Mapping[str, Any]


def plain(message: Message) -> str:
    return f"{message.text}\n\n{message.url}\n"


def in_one_line(text: str) -> str:
    """Return what can stand in a header."""
    return " ".join(text.split())[:MAX_TITLE]


def as_json(message: Message, at: datetime) -> bytes:
    data = {"title": message.title, "text": message.text, "url": message.url, **message.data}
    return orjson.dumps({"type": message.type, "timestamp": at.isoformat(), "data": data})


def for_slack(message: Message) -> bytes:
    """Write it as incoming webhooks take it: https://docs.slack.dev/messaging/formatting-message-text

    Of names, nothing is read as a mention or a link.
    """
    text = f"{message.title}\n{message.text}".replace("&", "&amp;")
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return orjson.dumps({"text": f"{text}\n<{message.url}>"})


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, number: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{number}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
