from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.db.models.signals import pre_migrate

        from accounts import audit_receivers
        from accounts.database import lift_statement_limit

        audit_receivers.connect()
        pre_migrate.connect(lift_statement_limit, sender=self)
