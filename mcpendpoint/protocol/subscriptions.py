"""`subscriptions/listen` (2026-07-28, Subscriptions): what is asked for, and what it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mcp_types import SubscriptionsListenRequestParams

from mcpendpoint.protocol.messages import Message, RequestId

LISTEN = "subscriptions/listen"
TOOLS_CHANGED = "notifications/tools/list_changed"
PROMPTS_CHANGED = "notifications/prompts/list_changed"
RESOURCES_CHANGED = "notifications/resources/list_changed"
RESOURCE_UPDATED = "notifications/resources/updated"
RESOURCES = "resourceSubscriptions"
ASKED_BY = {
    TOOLS_CHANGED: "toolsListChanged",
    PROMPTS_CHANGED: "promptsListChanged",
    RESOURCES_CHANGED: "resourcesListChanged",
}
"""What asks for which notification of a list."""
SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId"


@dataclass(frozen=True, slots=True)
class Subscription:
    id: RequestId
    honored: dict[str, Any]
    """The part of the request's filter that is served."""

    def tells_of(self, method: str) -> bool:
        """Whether it is told by such a notification that a list changed."""
        return ASKED_BY[method] in self.honored

    @property
    def resources(self) -> tuple[str, ...]:
        """The URIs that it tells of."""
        return tuple(self.honored.get(RESOURCES, ()))

    def acknowledgement(self) -> dict[str, Any]:
        """Return what comes before anything else."""
        params = {"notifications": self.honored, "_meta": self._meta}
        return notification("notifications/subscriptions/acknowledged", params)

    def notification(self, method: str, **params: Any) -> dict[str, Any]:
        return notification(method, {**params, "_meta": self._meta})

    def result(self) -> dict[str, Any]:
        """Return the response, which is the end of it."""
        result = {"resultType": "complete", "_meta": self._meta}
        return {"jsonrpc": "2.0", "id": self.id, "result": result}

    @property
    def _meta(self) -> dict[str, Any]:
        return {SUBSCRIPTION_ID: self.id}


def read_listen(
    message: Message, can_watch: Callable[[str], bool] = lambda uri: False
) -> Subscription:
    """`can_watch` says of which resources changes are told.

    Raises pydantic's ValidationError for params that are none.
    """
    params = SubscriptionsListenRequestParams.model_validate(message.params)
    assert message.id is not None  # noqa: S101 - it is a request
    asked = params.notifications
    stated = asked.model_dump(by_alias=True)
    honored: dict[str, Any] = {name: True for name in ASKED_BY.values() if stated.get(name)}
    if uris := [uri for uri in dict.fromkeys(asked.resource_subscriptions or ()) if can_watch(uri)]:
        honored[RESOURCES] = uris
    return Subscription(message.id, honored)


def notification(method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    return message if params is None else {**message, "params": params}
