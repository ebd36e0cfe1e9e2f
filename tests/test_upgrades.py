"""Workers of the version before can go on while the new one's migrations are in."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from hfmcp_site.startup import require_migrations

APPS = ("accounts", "authorization", "dashboard")


def added_fields():
    """Return each field that a migration added to a table that was there, with its table."""
    loader = MigrationLoader(None)
    now = loader.project_state()
    for app in APPS:
        leaves = [node for node in loader.graph.leaf_nodes() if node[0] == app]
        for node in loader.graph.forwards_plan(leaves[0]):
            migration = loader.graph.nodes[node]
            for operation in migration.operations:
                if (
                    node[0] == app
                    and not migration.initial
                    and type(operation).__name__ == "AddField"
                ):
                    model = now.models.get((app, operation.model_name_lower))
                    if model and operation.name in model.fields:
                        yield f"{app}.{model.name}.{operation.name}", model.fields[operation.name]


def test_an_old_worker_can_insert_without_what_is_new():
    assert [
        name
        for name, field in added_fields()
        if not (field.null or field.many_to_many or field.has_db_default())
    ] == []


@pytest.mark.django_db
def test_the_database_fills_in_what_an_old_worker_does_not_know():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user (username, password, first_name, last_name, email, is_staff,"
            " is_superuser, is_active, date_joined, avatar_url, hf_id)"
            " VALUES ('old', '', '', '', '', false, false, true, '2026-11-29', '', 'old')"
        )
        cursor.execute("SELECT id FROM accounts_user WHERE hf_id = 'old'")
        cursor.execute(
            "INSERT INTO accounts_accesskey (user_id, name, hint, digest, created_at)"
            " VALUES (%s, 'old', '', 'old', '2026-11-29')",
            cursor.fetchone(),
        )
        cursor.execute("SELECT scope FROM accounts_accesskey WHERE digest = 'old'")

        assert cursor.fetchone() == ("mcp:read mcp:spaces",)


@pytest.mark.django_db(transaction=True)
def test_no_worker_starts_on_a_database_that_lacks_migrations():
    require_migrations()
    [latest] = MigrationLoader(connection).graph.leaf_nodes("dashboard")
    MigrationRecorder(connection).record_unapplied(*latest)

    with pytest.raises(ImproperlyConfigured, match="manage.py migrate"):
        require_migrations()

    MigrationRecorder(connection).record_applied(*latest)
