"""What happens in a discussion, in the form in which the Hub tells it."""

import uuid
from datetime import datetime
from html import escape
from typing import Any

from tests.standins.hub.records import Commit, wire_date

Event = dict[str, Any]


def comment(author: str, text: str, moment: datetime) -> Event:
    latest = {"raw": text, "html": f"<p>{escape(text)}</p>", "updatedAt": wire_date(moment)}
    data = {"edited": False, "hidden": False, "latest": latest, "numEdits": 0}
    return _event("comment", author, moment, data)


def commit(author: str, made: Commit) -> Event:
    return _event("commit", author, made.date, {"subject": made.title, "oid": made.oid})


def status(author: str, new: str, moment: datetime) -> Event:
    return _event("status-change", author, moment, {"status": new})


def title(author: str, old: str, new: str, moment: datetime) -> Event:
    return _event("title-change", author, moment, {"from": old, "to": new})


def _event(type_: str, author: str, moment: datetime, data: dict[str, Any]) -> Event:
    return {
        "id": uuid.uuid4().hex[:24],
        "author": {"name": author, "fullname": author.title(), "type": "user"},
        "createdAt": wire_date(moment),
        "type": type_,
        "data": data,
    }
