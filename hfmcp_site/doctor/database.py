"""The database: reachable, new enough, migrated, with room for workers; and what is in it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, NotSupportedError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.key_rotation import survey
from hfmcp_site.doctor.findings import Found, failure, ok, reason, warning

CONNECTIONS_BESIDE_POOL = 5
"""Of each worker: for changes, notes and news (accounts.database)."""
FEW_WORKERS = 2
TOLERATED_SKEW_SECONDS = 5.0


def check_database() -> Iterator[Found]:
    try:
        connection.ensure_connection()
    except NotSupportedError:
        yield failure("The database's version is too old for Django.", "Upgrade the database.")
        return
    except DatabaseError as error:
        yield failure(
            f"The database does not answer ({reason(error)}).",
            "Check DATABASE_URL, that the server runs, and that this host may connect to it.",
        )
        return
    if connection.vendor == "postgresql":
        yield from _check_postgresql()
    else:
        yield from _check_sqlite()
    yield from _check_migrations()


def _check_postgresql() -> Iterator[Found]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('max_connections')::int, "
            "current_setting('superuser_reserved_connections')::int, clock_timestamp()"
        )
        version, most, reserved, now = cursor.fetchone()
    yield ok(f"PostgreSQL {version} answers.")
    yield from check_room(most - reserved)
    yield from check_skew((now - timezone.now()).total_seconds())


def check_room(connections: int) -> Iterator[Found]:
    """Tell for how many workers so many connections are enough."""
    each = settings.DATABASE_POOL_SIZE + settings.DATABASE_THREADS + CONNECTIONS_BESIDE_POOL
    workers = connections // each
    text = f"{connections} connections are enough for {workers} workers of up to {each} each."
    if workers >= FEW_WORKERS:
        yield ok(text)
    else:
        yield warning(text, "Raise max_connections, lower DATABASE_POOL_SIZE, or use PgBouncer.")


def check_skew(seconds: float) -> Iterator[Found]:
    if abs(seconds) > TOLERATED_SKEW_SECONDS:
        yield warning(
            f"The database's clock differs from this host's by {abs(seconds):.0f} s.",
            "Let both hosts take their time by NTP.",
        )


def _check_sqlite() -> Iterator[Found]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        (version,) = cursor.fetchone()
    yield ok(f"SQLite {version} opens its file.")
    yield warning(
        "SQLite is for one host, and for one worker under load.",
        "Set DATABASE_URL to a PostgreSQL for more.",
    )


def _check_migrations() -> Iterator[Found]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield failure(f"{len(missing)} migrations are missing.", "Run `hfmcp migrate`.")
        return
    known = executor.loader.disk_migrations or {}
    apps = {app for app, _ in known}
    applied = MigrationRecorder(connection).applied_migrations()
    unknown = [key for key in applied if key[0] in apps and key not in known]
    if unknown:
        yield warning(
            f"The database has {len(unknown)} migrations of a newer version.",
            "Upgrade this host as well.",
        )
    else:
        yield ok("All migrations are applied.")


def check_keys() -> Iterator[Found]:
    """Try the keys on what is stored."""
    try:
        found = survey()
    except DatabaseError:
        yield warning("What is stored could not be read.", "Mend what is said of the database.")
        return
    if found.unreadable:
        yield failure(
            f"No key of FIELD_ENCRYPTION_KEYS opens {found.unreadable} stored values.",
            "Add the key that they were stored with; without it their owners sign in again.",
        )
    elif found.rotated:
        yield warning(
            f"{found.rotated} stored values need another key than the first.",
            "Run `hfmcp keys rotate` before you take that key away.",
        )
    else:
        yield ok(f"The first key opens what is stored ({found.current} values looked at).")


def read_http_date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
