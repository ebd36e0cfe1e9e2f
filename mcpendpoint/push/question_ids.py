"""Ids of what is asked of a legacy client: they name the worker that waits, under a seal that holds
in one session alone. So what nobody asked goes to no worker.
"""

import secrets
from typing import Any, NamedTuple

from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "answer"


class Asked(NamedTuple):
    worker: str
    topic: str
    """Who waits there, as the bus calls it."""


def make_question_id(worker: str, topic: str, session: str) -> str:
    """`session` is the number of one."""
    known = f"{worker}.{topic}.{secrets.token_hex(12)}"
    return f"{known}.{_seal(known, session)}"


def read_question_id(question_id: Any, session: str) -> Asked | None:
    """Return who asked this, None for what nobody asked in this session."""
    if not isinstance(question_id, str) or question_id.count(".") != 3:
        return None
    known, _, seal = question_id.rpartition(".")
    if not constant_time_compare(seal, _seal(known, session)):
        return None
    worker, topic, _ = known.split(".")
    return Asked(worker, topic)


def _seal(known: str, session: str) -> str:
    return salted_hmac(_SALT, f"{known} {session}").hexdigest()[:24]
