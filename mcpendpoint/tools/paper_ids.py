"""Which paper somebody means: its arXiv id, or the address of one of its pages. Pure: no I/O."""

import re

from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.paper_entries import parse_paper_id

_ADDRESS = re.compile(
    r"(?:https?://)?(?:[\w.-]*arxiv\.org/(?:abs|pdf|html)|(?:www\.)?(?:huggingface\.co|hf\.co)"
    r"/papers)/|hf://papers/"
)


def paper_id_in(text: str) -> str:
    """Understand an arXiv id, and the addresses of its pages. Raises ToolError."""
    start = _ADDRESS.match(text)
    name = text[start.end() :] if start else text
    try:
        return parse_paper_id(name.split("#")[0].split("?")[0].rstrip("/").removesuffix(".pdf"))
    except Failure as failure:
        raise ToolError(
            "A paper is named by its arXiv id, such as 2502.02737, or by the address of its page.",
            reason=Reason.INVALID_ARGUMENTS,
        ) from failure
