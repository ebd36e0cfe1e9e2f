"""`subscriptions/listen` (2026-07-28, Subscriptions): what is asked for, and what it is told."""

from dataclasses import dataclass
from typing import Any

from mcp_types import SubscriptionsListenRequestParams

from mcpendpoint.protocol.messages import Message, RequestId

LISTEN = "subscriptions/listen"
TOOLS_CHANGED = "notifications/tools/list_changed"
SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId"


@dataclass(frozen=True, slots=True)
class Subscription:
    id: RequestId
    honored: dict[str, Any]
    """The part of the request's filter that is served."""

    @property
    def tells_of_tools(self) -> bool:
        return "toolsListChanged" in self.honored

    def acknowledgement(self) -> dict[str, Any]:
        """Return what comes before anything else."""
        params = {"notifications": self.honored, "_meta": self._meta}
        return notification("notifications/subscriptions/acknowledged", params)

    def notification(self, method: str) -> dict[str, Any]:
        return notification(method, {"_meta": self._meta})

    def result(self) -> dict[str, Any]:
        """Return the response, which is the end of it."""
        result = {"resultType": "complete", "_meta": self._meta}
        return {"jsonrpc": "2.0", "id": self.id, "result": result}

    @property
    def _meta(self) -> dict[str, Any]:
        return {SUBSCRIPTION_ID: self.id}


def read_listen(message: Message) -> Subscription:
    """Raises pydantic's ValidationError for params that are none."""
    params = SubscriptionsListenRequestParams.model_validate(message.params)
    assert message.id is not None  # noqa: S101 - it is a request
    honored = {"toolsListChanged": True} if params.notifications.tools_list_changed else {}
    return Subscription(message.id, honored)


def notification(method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    return message if params is None else {**message, "params": params}
