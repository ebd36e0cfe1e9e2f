"""hf_fs: the tool itself."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any

from mcp_types import ContentBlock, ImageContent
from pydantic import ConfigDict, Field

from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import Arguments, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.hf_fs.batch import Asked, Outcome, run_all
from mcpendpoint.tools.hf_fs.budget import fit
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.options import COMMAND_ALIASES, Command
from mcpendpoint.tools.hf_fs.provider import Attachment, Fs
from mcpendpoint.tools.hf_fs.render import render_batch
from mcpendpoint.tools.hf_fs.results import ErrorInfo, FsResult, Item
from mcpendpoint.tools.leniency import Aliases, FromText, words_in

MAX_OPERATIONS = 30
MAX_ARGS = 60


USAGE = """\
What follows the command, a word each:
ls URI [--recursive] [--glob G] [--type T] [--sort S] [--limit N] [--offset N]
find URI [--name G] [--path G] [--type T] [--limit N]  files by name, not by content
cat URI [--offset N] [--max-bytes N]  text
stat URI  type and size
attach URI  see a JPEG, PNG or WebP
search URI [QUERY] [--sort S] [--tag TAG] [--kind mcp] [--limit N]  resources by topic
T = file|dir|repo|bucket|collection|paper|link
S = createdAt|downloads|likes|lastModified|likes30d|trendingScore|mainSize|id|trending|upvotes"""
"""Beside the argument, since a tool's description has 1 024 characters at most."""


class OperationArguments(Arguments):
    # A path may begin or end with a space, and a number is as good as its digits.
    model_config = ConfigDict(str_strip_whitespace=False)

    cmd: Annotated[Command, Aliases(COMMAND_ALIASES)]
    args: Annotated[list[str], FromText(words_in)] = Field(max_length=MAX_ARGS, description=USAGE)

    @classmethod
    def from_text(cls, line: str) -> dict[str, Any]:
        """Read an operation that is written as one line: `ls hf://models --limit 5`."""
        command, *words = words_in(line) or [""]
        return {"cmd": command, "args": words}


class FsArguments(Arguments):
    operations: list[OperationArguments] = Field(
        min_length=1,
        max_length=MAX_OPERATIONS,
        description="Run at the same time.",
        examples=[[{"cmd": "ls", "args": ["hf://models/trending", "--limit", "10"]}]],
    )

    @classmethod
    def _arranged(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Take one operation that was written without its list."""
        if "operations" in data or not data.keys() <= OperationArguments.model_fields.keys():
            return data
        return {"operations": [data]} if data else data


async def run(arguments: FsArguments, context: ToolContext) -> ToolOutput:
    fs = Fs(await context.hub(), context)
    asked = [Asked(operation.cmd, operation.args) for operation in arguments.operations]
    outcomes = await run_all(asked, fs)
    items = fit([_item(index, outcome) for index, outcome in enumerate(outcomes)])
    is_cut = any(item.output_truncated for item in items)
    result = FsResult(
        results=items,
        truncated=True if is_cut else None,
        truncation_reason="output_budget" if is_cut else None,
    )
    return ToolOutput(
        result,
        render_batch(items),
        blocks=_images(outcomes),
        failed=_why_all_failed(outcomes),
    )


def _why_all_failed(outcomes: Sequence[Outcome]) -> Reason | None:
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    return failures[0].reason if failures and len(failures) == len(outcomes) else None


def _item(index: int, outcome: Outcome) -> Item:
    if isinstance(outcome, Failure):
        return Item(index=index, status="error", error=ErrorInfo.of(outcome))
    result = outcome.result if isinstance(outcome, Attachment) else outcome
    return Item(index=index, status="success", result=result)


def _images(outcomes: Sequence[Outcome]) -> tuple[ContentBlock, ...]:
    return tuple(
        ImageContent(
            type="image",
            data=base64.b64encode(outcome.content).decode(),
            mime_type=outcome.result.mime_type,
        )
        for outcome in outcomes
        if isinstance(outcome, Attachment)
    )


DESCRIPTION = """\
Browse and read the Hugging Face Hub as a file system: models, datasets, Spaces, their files, \
buckets, collections, papers, daily papers, what trends, documentation.

URIs: hf://models|datasets|spaces/OWNER/NAME[@REVISION][/PATH], hf://buckets/OWNER/NAME, \
hf://collections/OWNER/SLUG, hf://papers/ID, hf://docs/PRODUCT.
Search in hf://models|datasets|spaces|collections[/OWNER], hf://papers, hf://docs[/…]. --tag and \
--kind mcp (MCP Spaces): only in exactly hf://spaces.
Trending: ls hf://models/trending (datasets, spaces, papers). Daily papers: ls \
hf://papers/daily/latest or /YYYY/MM/DD. Paper: cat hf://papers/ID/paper.md or metadata.json.
cat a file whose URI you know, without ls or stat before. Put several operations in one call. \
More: cat hf://README.md

{"operations":[{"cmd":"ls","args":["hf://models/trending","--limit","10"]},\
{"cmd":"cat","args":["hf://datasets/OWNER/NAME/README.md"]}]}"""

HF_FS = Tool(
    name="hf_fs",
    title="Hugging Face Hub file system",
    purpose="Browses, finds and reads everything on the Hub: files, papers, docs, collections.",
    description=DESCRIPTION,
    arguments=FsArguments,
    result=FsResult,
    run=run,
)
