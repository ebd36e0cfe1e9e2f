"""How log lines are written: never with the text of an exception, which may quote a user, and by
whatever server, never with a query (codes and tokens are in it) or the address of a person.
"""

import logging
import logging.config
import re
import traceback
from types import TracebackType
from typing import Any

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

SERVER_LOGGERS = (
    *("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"),
    *("hypercorn.access", "hypercorn.error", "gunicorn.access", "gunicorn.error"),
    *("_granian", "granian.access", "django.channels.server", "django.server", "asyncio"),
)

MAX_LINE = 1_000
"""Characters of a message, which may quote what anybody sent, such as a path."""

FORMAT = "{asctime} {levelname} {name} {message}"

_QUERY = re.compile(r"\?[^\s\"'#]*")
_ADDRESS = re.compile(r"\[?[0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]+\]?:\d+")


class PrivateFormatter(logging.Formatter):
    """Writes where an exception was raised and its type, not its message; cuts long lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        line = super().formatMessage(record)
        return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        kind, _error, frames = ei
        name = kind.__name__ if kind else "no exception"
        return f"{''.join(traceback.format_tb(frames))}{name}"


class NoStrangers(logging.Filter):
    """Takes queries and addresses out of what a server writes of its requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.DEBUG:  # uvicorn's "trace": whole requests
            return False
        if record.name == "asyncio":  # further lines describe objects, with what is in them
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        elif isinstance(record.args, dict):
            record.args = {name: _without(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(map(_without, record.args))
        return True


def _without(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "-" if _ADDRESS.fullmatch(value) else _QUERY.sub("", value)


def configure(config: dict[str, Any]) -> None:
    """Set up logging (Django's LOGGING_CONFIG), also of the server that has set up its own."""
    logging.config.dictConfig(config)
    formatter = PrivateFormatter(FORMAT, style="{")
    for name in SERVER_LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, NoStrangers) for each in logger.filters):
            logger.addFilter(NoStrangers())
        for handler in logger.handlers:
            handler.setFormatter(formatter)
