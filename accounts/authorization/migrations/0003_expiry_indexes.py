from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authorization", "0002_scopes_later")]

    operations = [
        migrations.AddIndex(
            model_name="accesstoken",
            index=models.Index("expires", name="access_token_expires"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index("expires", name="grant_expires"),
        ),
        migrations.AddIndex(
            model_name="refreshtoken",
            index=models.Index("revoked", "access_token", name="refresh_token_revoked"),
        ),
    ]
