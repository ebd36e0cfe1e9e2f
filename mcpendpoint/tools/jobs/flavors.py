"""The hardware that jobs run on, as the Hub lists it: nothing of it is written down here."""

from mcpendpoint.hub import jobs
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.jobs.results import Hardware

_HOURS = {"second": 1 / 3_600, "minute": 1 / 60, "hour": 1.0}


async def list_hardware(hub: HubClient) -> list[Hardware]:
    return [_hardware(flavor) for flavor in await jobs.list_flavors(hub)]


async def check_flavor(hub: HubClient, name: str) -> None:
    """Raise ToolError for hardware that does not exist, and name what there is."""
    try:
        known = await list_hardware(hub)
    except HubError:
        return  # then the Hub itself has to say so
    if known and name not in {flavor.name for flavor in known}:
        raise ToolError(
            f"flavor: there is no {name[:60]!r}. There are: {', '.join(map(_offer, known))}.",
            reason=Reason.INVALID_ARGUMENTS,
        )


def _offer(flavor: Hardware) -> str:
    if flavor.usd_per_hour is None:
        return flavor.name
    return f"{flavor.name} (${flavor.usd_per_hour:.2f}/h)"


def _hardware(flavor: jobs.Flavor) -> Hardware:
    chip = flavor.accelerator
    words = [f"{chip.quantity}x" if chip.quantity else "", chip.model, chip.vram] if chip else []
    hours = _HOURS.get(flavor.unit_label or "")
    cost = flavor.unit_cost_usd
    return Hardware(
        name=flavor.name,
        title=flavor.pretty_name,
        cpu=flavor.cpu,
        ram=flavor.ram,
        accelerator=" ".join(str(word) for word in words if word) or None,
        usd_per_hour=round(cost / hours, 4) if hours and cost is not None else None,
    )
