"""The tools of this package, in the order in which they are shown."""

from typing import Any

from mcpendpoint.tools.base import Tool
from mcpendpoint.tools.sandbox.execution import HF_SANDBOX_EXEC
from mcpendpoint.tools.sandbox.files import HF_SANDBOX_FS
from mcpendpoint.tools.sandbox.lifecycle import HF_SANDBOX

SANDBOX_TOOLS: tuple[Tool[Any], ...] = (HF_SANDBOX, HF_SANDBOX_EXEC, HF_SANDBOX_FS)
