"""Adds counts to rows that other processes add to at the same time.

Django's `bulk_create(update_conflicts=True)` can replace a value but not add to it, hence the SQL,
which SQLite and PostgreSQL both speak.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from django.db import connection, models

ROWS_A_STATEMENT = 50
"""Few enough for the number of parameters that SQLite takes."""

ADD = "{old} + {new}"
LATEST = "CASE WHEN {new} > {old} THEN {new} ELSE {old} END"
EARLIEST = "CASE WHEN {new} < {old} THEN {new} ELSE {old} END"


def digest(*values: object) -> str:
    return blake2b("\x1f".join(map(str, values)).encode(), digest_size=16).hexdigest()


def upsert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: Sequence[str],
    on_conflict: Mapping[str, str],
) -> None:
    """Insert `rows` (of the same columns each); where one exists, do as `on_conflict` says."""
    if not rows:
        return
    quote = connection.ops.quote_name
    fields = [field for field in model._meta.concrete_fields if field.name in rows[0]]
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(field.attname) for field in fields)
    conflict = ", ".join(quote(name) for name in unique)
    changes = ", ".join(
        f"{quote(name)} = "
        + rule.format(old=f"{table}.{quote(name)}", new=f"excluded.{quote(name)}")
        for name, rule in on_conflict.items()
    )
    # Only names out of our own models are put into the statement; values are parameters.
    insert = f"INSERT INTO {table} ({columns}) VALUES "  # noqa: S608
    update = f" ON CONFLICT ({conflict}) DO UPDATE SET {changes}"
    places = "({})".format(", ".join(["%s"] * len(fields)))
    # In one order in every process, so that two of them never wait for each other's row locks.
    ordered = sorted(rows, key=lambda row: [row[name] for name in unique])
    with connection.cursor() as cursor:
        for start in range(0, len(ordered), ROWS_A_STATEMENT):
            chunk = ordered[start : start + ROWS_A_STATEMENT]
            values = [
                field.get_db_prep_save(row[field.name], connection)
                for row in chunk
                for field in fields
            ]
            cursor.execute(insert + ", ".join([places] * len(chunk)) + update, values)
