from django.apps import AppConfig


class McpEndpointConfig(AppConfig):
    name = "mcpendpoint"
    verbose_name = "MCP endpoint"

    def ready(self) -> None:
        from accounts import housekeeping
        from accounts.catalogue import ToolChoice, catalogue
        from mcpendpoint.push import stored_endings
        from mcpendpoint.tools.bouquets import BOUQUETS
        from mcpendpoint.tools.classic.tools import CLASSIC_TOOLS
        from mcpendpoint.tools.registry import TOOLS

        choices = [
            ToolChoice(
                name=tool.name,
                title=tool.title,
                purpose=tool.purpose,
                effects=tool.effects,
                is_default=tool.is_default,
                is_always_on=tool.is_always_on,
                needs_sign_in=tool.needs_sign_in,
                brings=tool.brings,
                hub_scopes=tool.hub_scopes,
                is_classic=tool in CLASSIC_TOOLS,
            )
            for tool in TOOLS
        ]
        catalogue.register(choices, BOUQUETS)
        housekeeping.register("ended sessions", stored_endings.forget_old)
