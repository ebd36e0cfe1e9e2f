from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "dashboard.alerts"
    label = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from accounts import housekeeping
        from dashboard.alerts import forgetting

        housekeeping.register("incidents", forgetting.forget_incidents)
        housekeeping.register("sent alerts", forgetting.forget_deliveries)
        housekeeping.register("unconfirmed addresses", forgetting.forget_unconfirmed)
        housekeeping.register("notes of what people were told", forgetting.forget_notices)
