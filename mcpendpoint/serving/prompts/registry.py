"""Every prompt, in the order in which they are shown. Adding a prompt is one line here."""

from collections.abc import Mapping
from typing import Any

from mcpendpoint.serving.prompts.base import Prompt
from mcpendpoint.serving.prompts.compare_models import COMPARE_MODELS
from mcpendpoint.serving.prompts.repo_details import DATASET_DETAILS, MODEL_DETAILS
from mcpendpoint.serving.prompts.summarize_paper import SUMMARIZE_PAPER
from mcpendpoint.serving.prompts.user_summary import USER_SUMMARY

PROMPTS: tuple[Prompt[Any], ...] = (
    COMPARE_MODELS,
    MODEL_DETAILS,
    DATASET_DETAILS,
    SUMMARIZE_PAPER,
    USER_SUMMARY,
)

by_name: Mapping[str, Prompt[Any]] = {prompt.name: prompt for prompt in PROMPTS}
