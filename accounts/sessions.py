"""Sessions in the database. One that cannot be saved now is not one that somebody else ended."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from accounts.database import UNAVAILABLE


class SessionStore(db.SessionStore):
    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except UpdateError as error:
            # Django takes every failure of the database for a row that is gone, and answers 400.
            if isinstance(error.__context__, UNAVAILABLE):
                raise error.__context__ from None
            raise
