from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_migrate

        from accounts import (
            approvals,
            audit,
            audit_receivers,
            housekeeping,
            job_secrets,
            late_results,
            news,
            space_selection,
            triggers,
        )
        from accounts.database import lift_statement_limit

        audit_receivers.connect()
        housekeeping.register("rows of the audit log", audit.forget_old)
        housekeeping.register("calls too many for the audit log", audit.forget_surplus)
        housekeeping.register("jobs whose secrets were kept", job_secrets.forget_expired)
        housekeeping.register("late results", late_results.forget_expired)
        housekeeping.register("Spaces that were removed", space_selection.forget_removed)
        housekeeping.register("approvals", approvals.forget_expired)
        housekeeping.register("notes of changes", news.forget_old)
        post_migrate.connect(triggers.set_up, sender=self)
        pre_migrate.connect(lift_statement_limit, sender=self)
