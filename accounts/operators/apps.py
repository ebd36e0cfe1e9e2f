from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "accounts.operators"
    label = "operators"
    verbose_name = "Operators"
