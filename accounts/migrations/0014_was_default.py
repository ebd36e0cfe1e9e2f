from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_urls_may_write")]

    operations = [
        migrations.AddField(
            model_name="selectedspace",
            name="was_default",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
