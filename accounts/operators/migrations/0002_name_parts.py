from django.db import migrations

LONGEST_NAME = 150
MAX_PART = 24

# Like accounts.operators.name_parts, by the database itself: there may be a million people.
_TEXT = f"substr(lower(username), %s, {MAX_PART})"
_BYTES = {"postgresql": f"convert_to({_TEXT}, 'UTF8')", "sqlite": f"CAST({_TEXT} AS BLOB)"}


def fill(apps, schema_editor):
    """Those who sign in on an older version meanwhile are found after their next sign-in here."""
    part = _BYTES[schema_editor.connection.vendor]
    statement = (
        f"INSERT INTO operators_namepart (user_id, part) SELECT id, {part} FROM accounts_user "  # noqa: S608 - all ours
        "WHERE length(username) >= %s"
    )
    with schema_editor.connection.cursor() as cursor:
        for start in range(1, LONGEST_NAME + 1):
            cursor.execute(statement, [start, start])
            if not cursor.rowcount:
                break


class Migration(migrations.Migration):
    dependencies = [
        ("operators", "0001_initial"),
        ("accounts", "0026_operators"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
