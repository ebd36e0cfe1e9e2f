"""Every built-in tool, in the order in which they are shown. Adding a tool is one line here."""

from collections.abc import Iterable, Mapping
from typing import Any

from mcpendpoint.tools.base import Tool
from mcpendpoint.tools.classic.tools import CLASSIC_TOOLS
from mcpendpoint.tools.create_repo import CREATE_REPO
from mcpendpoint.tools.dynamic_space.tool import DYNAMIC_SPACE
from mcpendpoint.tools.hf_fs.tool import HF_FS
from mcpendpoint.tools.hf_fs_write.tool import HF_FS_WRITE
from mcpendpoint.tools.jobs.tool import HF_JOBS
from mcpendpoint.tools.repo_details.tool import REPO_DETAILS
from mcpendpoint.tools.repo_search import REPO_SEARCH
from mcpendpoint.tools.sandbox.tools import SANDBOX_TOOLS
from mcpendpoint.tools.upload_file.tool import UPLOAD_FILE
from mcpendpoint.tools.whoami.tool import WHOAMI

TOOLS: tuple[Tool[Any], ...] = (
    WHOAMI,
    REPO_SEARCH,
    REPO_DETAILS,
    HF_FS,
    HF_FS_WRITE,
    CREATE_REPO,
    UPLOAD_FILE,
    DYNAMIC_SPACE,
    HF_JOBS,
    *SANDBOX_TOOLS,
    *CLASSIC_TOOLS,
)


def _by_name(tools: Iterable[Tool[Any]]) -> Mapping[str, Tool[Any]]:
    named: dict[str, Tool[Any]] = {}
    for tool in tools:
        if tool.name in named:
            raise ValueError(f"Two tools are called {tool.name}.")
        named[tool.name] = tool
    return named


by_name: Mapping[str, Tool[Any]] = _by_name(TOOLS)
