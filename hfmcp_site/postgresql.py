"""How connections to PostgreSQL are made, so that one that hangs or waits stops nobody for long."""

from typing import Any

IDLE_IN_TRANSACTION_SECONDS = 60
RECONNECT_SECONDS = 2.0
"""The pool gives up after this time, and begins anew with the next request. Its own five minutes
of growing pauses would keep pages waiting long after PostgreSQL is back."""

MAX_WAITING = 200
MAX_IDLE_SECONDS = 300.0


def connection_options(
    *, connect_seconds: int, statement_seconds: int, lock_seconds: int
) -> dict[str, Any]:
    """Return libpq's parameters; 0 for a time leaves it to the server's own settings."""
    limits = {
        "statement_timeout": statement_seconds,
        "lock_timeout": lock_seconds,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    options: dict[str, Any] = {
        "connect_timeout": connect_seconds,
        "options": " ".join(f"-c {name}={value}s" for name, value in limits.items() if value),
        # A server that went away without a word is noticed by these alone.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 1_000 * (statement_seconds + 10),
    }
    # PgBouncer takes no such limits from a client: where both are 0, none is sent.
    if not statement_seconds and not lock_seconds:
        del options["options"]
    return options


def pool_options(size: int, wait_seconds: int) -> dict[str, Any]:
    """Return psycopg_pool's parameters."""
    return {
        "min_size": 1,
        "max_size": size,
        "timeout": wait_seconds,
        "max_waiting": MAX_WAITING,
        "max_idle": MAX_IDLE_SECONDS,
        "reconnect_timeout": RECONNECT_SECONDS,
    }
