from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_pinned_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="selectedspace",
            name="removed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
