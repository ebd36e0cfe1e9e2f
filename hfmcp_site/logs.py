"""How log lines are written: never with the text of an exception, which may quote a user."""

import logging
import traceback
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PrivateFormatter(logging.Formatter):
    """Writes where an exception was raised and of which type it is, and leaves its message out."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        kind, _error, frames = ei
        name = kind.__name__ if kind else "no exception"
        return f"{''.join(traceback.format_tb(frames))}{name}"
