"""How log lines are written: never with the text of an exception, which may quote a user, and by
whatever server, never with a query (codes and tokens are in it) or the address of a person.
"""

import json
import logging
import logging.config
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from accounts.request_ids import current_request_id
from accounts.tracing import current_trace_id

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

SERVER_LOGGERS = (
    *("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"),
    *("hypercorn.access", "hypercorn.error", "gunicorn.access", "gunicorn.error"),
    *("_granian", "granian.access", "django.channels.server", "django.server", "asyncio"),
)

MAX_LINE = 1_000
"""Characters of a message, which may quote what anybody sent, such as a path."""

TEXT = "{asctime} {levelname} {name} {message}"

_QUERY = re.compile(r"\?[^\s\"'#]*")
_ADDRESS = re.compile(r"\[?[0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]+\]?:\d+")


class PrivateFormatter(logging.Formatter):
    """Writes where an exception was raised and its type, not its message; cuts long lines; says of
    which request a line is.
    """

    def __init__(self) -> None:
        super().__init__(TEXT, style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        line = _cut(super().formatMessage(record))
        request_id = current_request_id()
        return f"{line} [{request_id}]" if request_id else line

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        kind, _error, frames = ei
        name = kind.__name__ if kind else "no exception"
        return f"{''.join(traceback.format_tb(frames))}{name}"


class JsonFormatter(PrivateFormatter):
    """Writes the same as an object a line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _cut(record.getMessage()),
        }
        if request_id := current_request_id():
            line["request_id"] = request_id
        if trace_id := current_trace_id():
            line["trace_id"] = trace_id
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # What a client sent, and a message quotes, may be no valid Unicode.
        return json.dumps(line, ensure_ascii=True)


def formatter_of(log_format: str) -> logging.Formatter:
    """Return that of one of LOG_FORMAT's values."""
    return JsonFormatter() if log_format == "JSON" else PrivateFormatter()


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]}…"


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
    formatter = formatter_of(config["formatters"]["private"]["log_format"])
    for name in SERVER_LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, NoStrangers) for each in logger.filters):
            logger.addFilter(NoStrangers())
        for handler in logger.handlers:
            handler.setFormatter(formatter)
