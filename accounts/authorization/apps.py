from django.apps import AppConfig


class AuthorizationConfig(AppConfig):
    name = "accounts.authorization"
    label = "authorization"
    verbose_name = "Authorization of MCP clients"

    def ready(self) -> None:
        from accounts import housekeeping
        from accounts.authorization.connections import forget_address
        from accounts.authorization.housekeeping import forget_old, forget_unused_clients
        from accounts.profiles.changing import name_given_up

        name_given_up.connect(forget_address, dispatch_uid="accounts.authorization")
        housekeeping.register("codes, tokens and sessions", forget_old)
        housekeeping.register("clients that nobody uses", forget_unused_clients)
