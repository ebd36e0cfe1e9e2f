"""Seals `requestState`: it comes back unaltered, in time, with the same call of the same caller.

The SDK's own boundary does that for `input_required`; an answer that asks for files has a state of
the same kind (`protocol/file_extension`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.crypto import salted_hmac
from mcp.server import Server, ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

from mcpendpoint.protocol.file_extension import UPLOAD_REQUIRED


class _Boundary(RequestStateBoundary):
    def _seal_result(self, ctx: Any, result: Any, binding: Any) -> Any:
        if isinstance(result, Mapping) and result.get("resultType") == UPLOAD_REQUIRED:
            return {**result, "requestState": self._seal(ctx, result["requestState"], binding)}
        return super()._seal_result(ctx, result, binding)


def seal_request_state(
    server: Server[Any],
    secrets: Sequence[str],
    *,
    audience: str,
    whose: Callable[[ServerRequestContext[Any]], str],
) -> None:
    """Let `requestState` come back unaltered, within ten minutes, with the same call of its caller.

    The first of the secrets seals, all open. That it comes once is for the handler to see to.
    """
    keys = [
        salted_hmac("mcpendpoint.request_state", "", secret, algorithm="sha256").digest()
        for secret in secrets
    ]
    security = RequestStateSecurity(keys=list(dict.fromkeys(keys)), bind_principal=whose)
    server.middleware.append(_Boundary(security, default_audience=audience))
