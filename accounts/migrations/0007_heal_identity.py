"""What older versions stored too trustingly: names that fit no address, admins by the name that
somebody had at their last sign-in, and keys from before scopes that were good for everything.
"""

from django.db import migrations
from django.db.migrations.recorder import MigrationRecorder

NAME = r"^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,149}$"
EVERYTHING = "mcp:read mcp:spaces mcp:write"
LEAST = "mcp:read mcp:spaces"


def rename_who_fits_no_address(apps, schema_editor):
    people = apps.get_model("accounts", "User").objects.exclude(hf_id=None)
    for user in people.exclude(username__regex=NAME).only("pk").iterator():
        # "~" is in no Hub name; their real one comes with their next sign-in.
        people.filter(pk=user.pk).update(username=f"user~{user.pk}")


def bind_names_of_admins(apps, schema_editor):
    entries = apps.get_model("accounts", "AdminEntry").objects
    people = apps.get_model("accounts", "User").objects.exclude(hf_id=None)
    for admin in people.filter(is_staff=True).exclude(username__contains="~"):
        entries.get_or_create(entry=admin.username.lower(), defaults={"hf_id": admin.hf_id})
    people.filter(is_staff=True).update(is_staff=False, is_superuser=False)


def reduce_keys_from_before_scopes(apps, schema_editor):
    keys = apps.get_model("accounts", "AccessKey").objects
    recorded = MigrationRecorder(schema_editor.connection).migration_qs
    scopes = recorded.filter(app="accounts", name="0003_access_key_scope").first()
    if scopes is not None:
        keys.filter(created_at__lt=scopes.applied, scope__in=[EVERYTHING, LEAST]).update(
            scope=LEAST, was_reduced=True
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_identity")]

    operations = [
        migrations.RunPython(rename_who_fits_no_address, migrations.RunPython.noop),
        migrations.RunPython(bind_names_of_admins, migrations.RunPython.noop),
        migrations.RunPython(reduce_keys_from_before_scopes, migrations.RunPython.noop),
    ]
