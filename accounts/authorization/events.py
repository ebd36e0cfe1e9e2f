"""Writes authorizations and tokens of clients to the audit log."""

from typing import Any, Protocol

from accounts import audit
from accounts.audit import Action, Outcome
from accounts.models import User


class Named(Protocol):
    @property
    def shown_name(self) -> str: ...


def note(
    action: Action,
    user: User | None,
    client: Named,
    outcome: Outcome = Outcome.OK,
    **detail: Any,
) -> None:
    audit.record(action, user, outcome=outcome, client=client.shown_name, detail=detail)
