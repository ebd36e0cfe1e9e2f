"""Tells PostgreSQL that few of all pairs of names are there.

It takes the names of tools and of Spaces for independent, and so expects a hundred times as many
groups as there are. It then sorts a year of rows on disk, where it could add them up in memory.
https://www.postgresql.org/docs/current/planner-stats.html#PLANNER-STATS-EXTENDED-N-DISTINCT-COUNTS
"""

from django.db import migrations

STATISTICS = {
    "dashboard_tool_names": ("tool, space_id", "dashboard_toolcount"),
    "dashboard_client_names": ("name, version", "dashboard_clientcount"),
}


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, (columns, table) in STATISTICS.items():
            schema_editor.execute(f"CREATE STATISTICS {name} (ndistinct) ON {columns} FROM {table}")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in STATISTICS:
            schema_editor.execute(f"DROP STATISTICS {name}")


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0010_person_protocol")]

    operations = [migrations.RunPython(create, drop)]
