"""All of them, in the order in which they are shown."""

from typing import Any

from mcpendpoint.tools.base import Tool
from mcpendpoint.tools.classic.collections import COLLECTION_INFO, COLLECTION_SEARCH
from mcpendpoint.tools.classic.doc_fetch import DOC_FETCH
from mcpendpoint.tools.classic.doc_search import DOC_SEARCH
from mcpendpoint.tools.classic.duplicate_space import DUPLICATE_SPACE
from mcpendpoint.tools.classic.paper_info import PAPER_INFO
from mcpendpoint.tools.classic.paper_search import DAILY_PAPERS, PAPER_SEARCH
from mcpendpoint.tools.classic.repo_details import DATASET_DETAILS, MODEL_DETAILS
from mcpendpoint.tools.classic.repo_search import DATASET_SEARCH, MODEL_SEARCH
from mcpendpoint.tools.classic.space_files import SPACE_FILES
from mcpendpoint.tools.classic.space_info import SPACE_INFO
from mcpendpoint.tools.classic.space_search import SPACE_SEARCH

CLASSIC_TOOLS: tuple[Tool[Any], ...] = (
    MODEL_SEARCH,
    MODEL_DETAILS,
    DATASET_SEARCH,
    DATASET_DETAILS,
    SPACE_SEARCH,
    SPACE_INFO,
    SPACE_FILES,
    DUPLICATE_SPACE,
    PAPER_SEARCH,
    PAPER_INFO,
    DAILY_PAPERS,
    DOC_SEARCH,
    DOC_FETCH,
    COLLECTION_SEARCH,
    COLLECTION_INFO,
)
