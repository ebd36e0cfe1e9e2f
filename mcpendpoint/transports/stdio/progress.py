"""What a request tells before it is answered."""

from dataclasses import dataclass
from typing import Any

import orjson

from mcpendpoint.transports.stdio.outlet import Outlet


@dataclass
class Progress:
    """Notifications of one request."""

    outlet: Outlet
    is_open: bool
    is_streaming: bool = False
    first_byte_at: float | None = None

    def put(self, notification: dict[str, Any]) -> None:
        self.outlet.offer(orjson.dumps(notification))
