"""Counts wrong credentials for the audit log, in which a stranger may fill no more than a line a
minute.
"""

from collections import Counter
from datetime import datetime, timedelta

EVERY = timedelta(minutes=1)
MAX_ADDRESSES = 50
"""Told apart, where AUDIT_IP says to keep addresses; those of more are counted together."""


class Refusals:
    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._logged: dict[str, datetime] = {}

    def note(self, address: str, at: datetime) -> tuple[str, int] | None:
        """Count one; return the address and the count when they are due in the log."""
        key = self._key(address, at)
        self._counts[key] += 1
        logged_at = self._logged.get(key)
        if logged_at is not None and at - logged_at < EVERY:
            return None
        self._logged[key] = at
        return key, self._counts.pop(key)

    def _key(self, address: str, at: datetime) -> str:
        if address in self._logged or len(self._logged) < MAX_ADDRESSES:
            return address
        for known, logged_at in list(self._logged.items()):
            if known and at - logged_at >= EVERY and not self._counts[known]:
                del self._logged[known]
        return address if len(self._logged) < MAX_ADDRESSES else ""
