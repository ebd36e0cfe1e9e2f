from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_plain_labels")]

    operations = [
        migrations.AddField(
            model_name="toolselection",
            name="urls_may_write",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
