from django.db import migrations, models

from accounts.triggers import take_down


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_known_private_spaces"),
    ]

    operations = [
        migrations.AddField(
            model_name="selectedspace",
            name="pins_cover_parts",
            field=models.BooleanField(db_default=False, default=False),
        ),
        # On the way back: no column can go that a trigger names.
        migrations.RunPython(migrations.RunPython.noop, take_down),
    ]
