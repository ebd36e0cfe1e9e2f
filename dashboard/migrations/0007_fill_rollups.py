"""Makes the new counts out of those that were kept before."""

from datetime import UTC, datetime
from hashlib import blake2b

from django.db import migrations

HOUR, DAY, LONG = 3600, 86_400, 32 * 86_400
ERRORS = {"tool_error", "rejected", "denied", "failed"}
AMOUNTS = ("count", "duration_ms", "notifications_sent")


def digest(*values):
    return blake2b("\x1f".join(map(str, values)).encode(), digest_size=16).hexdigest()


class Sums:
    """Rows of one model, to be."""

    def __init__(self, model):
        self.model = model
        self.rows = {}

    def add(self, step, period, names, amounts):
        row = self.rows.setdefault((step, period, tuple(names.values())), dict(names))
        for column, value in amounts.items():
            before = row.get(column)
            if column == "last_at":
                row[column] = max(filter(None, (before, value)))
            else:
                row[column] = (before or 0) + value

    def save(self):
        self.model.objects.bulk_create(
            (
                self.model(step_seconds=step, period=period, digest=digest(*names), **row)
                for (step, period, names), row in self.rows.items()
            ),
            batch_size=500,
            ignore_conflicts=True,
        )


def places(row):
    """Yield each step and period that a row is to count for, with whether it does already."""
    yield row.step_seconds, row.period, True
    if row.step_seconds == HOUR:
        for step in (DAY, LONG):
            yield step, datetime.fromtimestamp(row.period.timestamp() // step * step, UTC), False


def fill(apps, schema_editor):
    sums = {name: Sums(apps.get_model("dashboard", name)) for name in MODELS}
    for row in sums["MessageCount"].model.objects.iterator():
        for step, period, is_there in places(row):
            add_message(sums, row, step, period, is_there)
    for row in sums["LatencyCount"].model.objects.iterator():
        names = {"method": row.method, "bucket": row.bucket}
        tool = {"method": row.method, "tool": row.tool, "space_id": row.space_id}
        for step, period, is_there in places(row):
            sums["MethodLatency"].add(step, period, names, {"count": row.count})
            if not is_there:
                told_apart = tool | {"bucket": row.bucket}
                sums["LatencyCount"].add(step, period, told_apart, {"count": row.count})
    for row in sums["StreamCount"].model.objects.filter(step_seconds=HOUR).iterator():
        names = {name: getattr(row, name) for name in ("client_name", "client_version", "event")}
        for step, period, is_there in places(row):
            if not is_there:
                sums["StreamCount"].add(step, period, names, {"count": row.count})
    for each in sums.values():
        each.save()


MODELS = (
    "MessageCount",
    "TrafficCount",
    "ClientCount",
    "ToolCount",
    "MethodLatency",
    "LatencyCount",
    "StreamCount",
)
DIMENSIONS = (
    "method",
    "tool",
    "space_id",
    "client_name",
    "client_version",
    "era",
    "protocol_version",
    "transport",
    "credential",
    "outcome",
    "limit",
    "reason",
)


def add_message(sums, row, step, period, is_there):
    amounts = {column: getattr(row, column) for column in (*AMOUNTS, "last_at")}
    if not is_there:
        names = {name: getattr(row, name) for name in DIMENSIONS}
        sums["MessageCount"].add(step, period, names, amounts)
    traffic = {
        name: getattr(row, name) for name in ("method", "credential", "outcome", "reason", "limit")
    }
    sums["TrafficCount"].add(step, period, traffic, amounts)
    usage = amounts | {
        "errors": row.count if row.outcome in ERRORS else 0,
        "limited": row.count if row.outcome == "limited" else 0,
    }
    client = {"name": row.client_name, "version": row.client_version}
    callers = {
        "tool_calls": row.count if row.method == "tools/call" else 0,
        "anonymous": row.count if row.credential == "anonymous" else 0,
        "refused": row.count if row.credential == "refused" else 0,
    }
    sums["ClientCount"].add(step, period, client, usage | callers)
    if row.tool:
        tool = {"tool": row.tool, "space_id": row.space_id}
        sums["ToolCount"].add(step, period, tool, usage)


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0006_rollups")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
