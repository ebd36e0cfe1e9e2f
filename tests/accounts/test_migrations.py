"""What older versions stored is put right when they are upgraded."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("accounts", "0005_hub_changes")]
AFTER = [("accounts", "0007_heal_identity")]
ALL = "mcp:read mcp:spaces mcp:write"


def migrate(targets):
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def old():
    """The models of before; everything is migrated again afterwards."""
    yield migrate(BEFORE)
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


def test_names_keys_and_admins_of_before_are_put_right(old):
    people = old.get_model("accounts", "User").objects
    keys = old.get_model("accounts", "AccessKey").objects
    odd = people.create(username="a/b <i>", hf_id="1")
    ada = people.create(username="Ada", hf_id="2", is_staff=True, is_superuser=True)
    local = people.create(username="root@localhost", is_staff=True)
    ancient = keys.create(user=ada, name="ancient", digest="1", scope=ALL)
    keys.create(user=ada, name="newer", digest="2", scope=ALL)
    recorded = MigrationRecorder(connection).migration_qs
    scopes = recorded.get(app="accounts", name="0003_access_key_scope")
    keys.filter(pk=ancient.pk).update(created_at=scopes.applied - timedelta(days=1))

    new = migrate(AFTER)

    people, keys = new.get_model("accounts", "User").objects, new.get_model("accounts", "AccessKey")
    assert people.get(pk=odd.pk).username == f"user~{odd.pk}"
    assert (people.get(pk=ada.pk).username, people.get(pk=ada.pk).is_staff) == ("Ada", False)
    assert people.get(pk=local.pk).username == "root@localhost"
    entry = new.get_model("accounts", "AdminEntry").objects.get()
    assert (entry.entry, entry.hf_id) == ("ada", "2")
    assert list(keys.objects.order_by("name").values_list("name", "scope", "was_reduced")) == [
        ("ancient", "mcp:read mcp:spaces", True),
        ("newer", ALL, False),
    ]
