from django.apps import AppConfig


class AuthorizationConfig(AppConfig):
    name = "accounts.authorization"
    label = "authorization"
    verbose_name = "Authorization of MCP clients"
