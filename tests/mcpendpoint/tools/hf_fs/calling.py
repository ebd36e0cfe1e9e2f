"""Calls hf_fs with operations written as command lines."""

import shlex
from dataclasses import dataclass
from typing import Any

import jsonschema

from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.hf_fs.tool import HF_FS, FsArguments
from tests.mcpendpoint.tools.calling import Context

SCHEMA = definition(HF_FS).output_schema


@dataclass
class Batch:
    items: list[dict[str, Any]]
    text: str
    content: dict[str, Any]
    blocks: tuple[Any, ...]
    is_error: bool


async def run(*lines: str | list[str], token: str | None = None, **context: Any) -> Batch:
    return await run_in(Context(token, **context), *lines)


async def run_in(context: Context, *lines: str | list[str]) -> Batch:
    """Return what hf_fs answers, which must be what it promises."""
    argvs = [shlex.split(line) if isinstance(line, str) else line for line in lines]
    operations = [{"cmd": argv[0], "args": argv[1:]} for argv in argvs]
    output = await HF_FS.run(FsArguments.model_validate({"operations": operations}), context)
    content = output.structured.to_content()
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    items = content["results"]
    assert [item["index"] for item in items] == list(range(len(lines)))
    return Batch(items, output.markdown, content, output.blocks, output.is_error)


async def result_of(line: str | list[str], token: str | None = None) -> dict[str, Any]:
    """Return the result of one operation, which must succeed."""
    (item,) = (await run(line, token=token)).items
    assert item["status"] == "success", item
    return item["result"]


async def error_of(line: str | list[str], token: str | None = None) -> dict[str, Any]:
    """Return the error of one operation, which must fail."""
    batch = await run(line, token=token)
    (item,) = batch.items
    assert item["status"] == "error", item
    assert batch.is_error
    assert f"[{item['error']['code']}]" in batch.text
    return item["error"]


async def code_of(line: str | list[str], token: str | None = None) -> str:
    return (await error_of(line, token))["code"].removeprefix("HF_FS_")


async def uris_of(line: str | list[str], token: str | None = None) -> list[str]:
    return [entry["uri"] for entry in (await result_of(line, token))["entries"]]
