"""How long pages of the dashboard take, and whether queries read whole tables, with ten million
rows of counts, 10 000 clients, 10 000 tools and a million people. PostgreSQL only.

    DATABASE_URL=postgres://… python -m benchmarks.dashboard_pages --fill

`--fill` fills an empty database first, which takes some minutes.
"""

import argparse
import os
import statistics
import time
from datetime import timedelta
from typing import Any

import django

ROUNDS = 5
LARGE = 100_000
"""A table of so many rows is not to be read whole."""

# Rows of one step: how many periods of how many seconds, and how many names in each.
STEPS = ((60, 2_880, 30), (600, 2_016, 60), (3_600, 9_600, 120), (86_400, 400, 1_500))
LONG = (32 * 86_400, 13, 8_000)

NAMES = "'client-' || ((i * 7919 + p * 104729) % 10000)"
TOOL = "((i * 7919 + p * 104729) % 10000)"
TOOLS = f"'tool_' || {TOOL}"
SPACES = f"'acme/space-' || ({TOOL} % 300)"
USAGE = "10 + i % 50, i % 7, 0, i % 3, 120.5, {at}"
USAGE_COLUMNS = "count, errors, limited, notifications_sent, duration_ms, last_at"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hfmcp_site.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if options.fill:
        fill()
    measure()


def fill() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for seconds, periods, names in (*STEPS, LONG):
            for statement in statements(seconds, periods, names):
                cursor.execute(statement)
        cursor.execute(PEOPLE)
        cursor.execute("ANALYZE")
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            print(f"{table:28} {cursor.fetchone()[0]:>12,}")


TABLES = (
    "dashboard_messagecount",
    "dashboard_clientcount",
    "dashboard_toolcount",
    "dashboard_latencycount",
    "dashboard_trafficcount",
    "dashboard_methodlatency",
    "accounts_user",
)

PEOPLE = """
    INSERT INTO accounts_user (password, is_superuser, username, first_name, last_name, email,
        is_staff, is_active, date_joined, hf_id, avatar_url)
    SELECT '!', false, 'person-' || i, '', '', '', false, true, now(),
        lpad(to_hex(i), 24, '0'), ''
    FROM generate_series(1, 1000000) AS i ON CONFLICT DO NOTHING
"""


def statements(seconds: int, periods: int, names: int) -> list[str]:
    start = f"to_timestamp(floor(extract(epoch FROM now()) / {seconds} - p) * {seconds})"
    some = f"FROM generate_series(0, {periods - 1}) AS p, generate_series(1, {names}) AS i"
    few = f"FROM generate_series(0, {periods - 1}) AS p, generate_series(1, 40) AS i"
    key, place = "step_seconds, period, digest", f"{seconds}, {start}, md5(i::text)"
    usage = USAGE.format(at=start)
    combined = f"FROM generate_series(0, {periods - 1}) AS p, generate_series(1, {2 * names}) AS i"
    return [
        f"""INSERT INTO dashboard_clientcount ({key}, name, version, tool_calls, anonymous, refused,
            {USAGE_COLUMNS}) SELECT {place}, {NAMES}, '1', 5, 5, 0, {usage} {some}""",
        f"""INSERT INTO dashboard_toolcount ({key}, tool, space_id, {USAGE_COLUMNS})
            SELECT {place}, {TOOLS}, {SPACES}, {usage} {some}""",
        f"""INSERT INTO dashboard_messagecount ({key}, method, tool, space_id, client_name,
            client_version, era, protocol_version, transport, credential, outcome, "limit", reason,
            count, duration_ms, notifications_sent, last_at)
            SELECT {place}, 'tools/call', {TOOLS}, {SPACES}, {NAMES}, '1',
            'modern', '2026-07-28', 'json', 'access_key',
            CASE WHEN i % 9 = 0 THEN 'tool_error' ELSE 'ok' END, '',
            CASE WHEN i % 9 = 0 THEN 'space_error' ELSE '' END, 10, 120.5, 0, {start} {combined}""",
        f"""INSERT INTO dashboard_latencycount ({key}, method, tool, space_id, bucket, count)
            SELECT {place}, 'tools/call', {TOOLS}, {SPACES}, i % 50, 10 {some}""",
        f"""INSERT INTO dashboard_trafficcount ({key}, method, credential, outcome, reason, "limit",
            count, duration_ms, notifications_sent, last_at)
            SELECT {place}, 'tools/call', 'access_key',
            CASE WHEN i % 9 = 0 THEN 'tool_error' ELSE 'ok' END,
            CASE WHEN i % 9 = 0 THEN 'space_error' ELSE '' END, '', 10, 120.5, 0, {start} {few}""",
        f"""INSERT INTO dashboard_methodlatency ({key}, method, bucket, count)
            SELECT {place}, 'tools/call', i % 50, 10 {few}""",
    ]


def measure() -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    admin, _ = User.objects.get_or_create(hf_id="f" * 24, defaults={"username": "the-admin"})
    settings.ADMIN_HF_USERS = [admin.hf_id]
    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client()
    browser.force_login(admin)
    day = (django.utils.timezone.now() - timedelta(days=100)).date()
    for path in pages(str(day)):
        seconds = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = browser.get(path)
            seconds.append(time.perf_counter() - began)
            assert answer.status_code == 200, (path, answer.status_code)
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        whole = sorted({table for query in queries for table in read_whole(query["sql"])})
        print(
            f"{path:60} {statistics.median(seconds) * 1000:6.0f} ms, {len(queries)} queries"
            + (f", WHOLE: {', '.join(whole)}" if whole else "")
        )


def pages(day: str) -> list[str]:
    ranges = ("range=1h", "range=24h", "range=7d", "range=30d", "range=1y", f"day={day}")
    return [
        *(f"/dashboard/?{each}" for each in ranges),
        *(f"/dashboard/clients/?{each}" for each in ranges),
        *(f"/dashboard/clients/?{each}&page=150&sort=name" for each in ranges[-2:]),
        *(f"/dashboard/tools/?{each}&sort=errors" for each in ranges),
        *(f"/dashboard/spaces/?{each}" for each in ranges),
        *(f"/dashboard/methods/?{each}" for each in ranges),
        *(f"/dashboard/errors/?{each}" for each in ranges),
        *(f"/dashboard/errors/?reason=space_error&{each}" for each in ranges),
        *(f"/dashboard/client/?name=client-77&version=1&{each}" for each in ranges),
        *(f"/dashboard/tool/?name=tool_77&space=acme%2Fspace-77&{each}" for each in ranges),
        *(f"/dashboard/space/?id=acme%2Fspace-77&{each}" for each in ranges),
    ]


def read_whole(sql: str) -> list[str]:
    """Return the large tables that a query reads from one end to the other."""
    from django.db import connection

    if not sql.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
        found = [node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"]
        return [table for table in found if size(cursor, table) > LARGE]


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", ()) for node in nodes(child))]


def size(cursor: Any, table: str) -> int:
    cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
    return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
