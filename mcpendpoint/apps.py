from django.apps import AppConfig
from django.conf import settings


class McpEndpointConfig(AppConfig):
    name = "mcpendpoint"
    verbose_name = "MCP endpoint"

    def ready(self) -> None:
        from accounts.catalogue import ToolChoice, catalogue
        from accounts.operators import space_ids
        from mcpendpoint.gradio.hub_ids import hub_id_of
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
                kinds=tool.consequences.kinds if tool.consequences else frozenset(),
                rents_hardware=tool.rents_hardware,
                is_classic=tool in CLASSIC_TOOLS,
            )
            for tool in TOOLS
        ]
        catalogue.register(choices, BOUQUETS)
        space_ids.found_by(hub_id_of)
        if settings.HAS_DATABASE:
            _register_listeners()


def _register_listeners() -> None:
    from accounts import connecting, housekeeping
    from mcpendpoint.access.arrivals import arrivals
    from mcpendpoint.gradio import state_history, stored_knowledge, stored_private
    from mcpendpoint.protocol import records
    from mcpendpoint.push import stored_endings
    from mcpendpoint.serving.resources import subscriptions

    connecting.listen(arrivals.hear)
    records.listen(arrivals.note)
    housekeeping.register("ended sessions", stored_endings.forget_old)
    housekeeping.register("descriptions of Spaces", stored_knowledge.forget_old)
    housekeeping.register("descriptions of private Spaces", stored_private.forget_expired)
    housekeeping.register("states of Spaces", state_history.forget_old)
    housekeeping.register("subscriptions to resources", subscriptions.forget_old)
