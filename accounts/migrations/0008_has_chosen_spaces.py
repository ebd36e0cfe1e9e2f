from django.db import migrations, models


def keep_choices(apps, schema_editor):
    """Until now, whoever saved anything had no default Spaces; so it stays for them."""
    users = apps.get_model("accounts", "User").objects
    users.filter(spaces__isnull=False).update(has_chosen_spaces=True)
    users.filter(tool_selection__isnull=False).update(has_chosen_spaces=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_heal_identity")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="has_chosen_spaces",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunPython(keep_choices, migrations.RunPython.noop),
    ]
