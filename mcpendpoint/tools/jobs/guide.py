"""What hf_jobs can do, in general and operation by operation. Pure: no I/O."""

from typing import Any

import orjson

from mcpendpoint.tools.jobs.operations import OPERATIONS, Operation
from mcpendpoint.tools.markdown import fenced
from mcpendpoint.tools.schema import input_schema

_TIPS = """\
## How to
- **Commands**: an array is taken as it is, word by word; no shell reads it. For pipes, chaining, \
redirection and variables use `["/bin/sh", "-lc", "…"]`, if the image has a shell.
- **Scripts**: `uv` takes Python source text, a URL or a path in the image. Name every package in \
`with_deps`; nothing is installed beforehand.
- **Data**: ask `hub_repo_details` for the splits and Parquet URLs of a dataset, or mount it: \
`"volumes": ["hf://datasets/OWNER/NAME:/data:ro"]`. A job's own disk is gone when it ends: what \
should last goes to a repository or a bucket (`hf://buckets/OWNER/NAME:/out:rw`).
- **Private data**: a job has no token unless you pass one: `"secrets": {"HF_TOKEN": "$HF_TOKEN"}`.
- **Logs**: without `detach` the log is followed for `wait_seconds`. Print the result last, and \
ask `logs` with the returned job ID and a larger `tail` or `wait_seconds` when it is not complete.
- **Names**: `name` stands for `labels.name`. Names need not be unique: use IDs.
- **Time**: a job is ended after `timeout`, which is 30 minutes unless you say otherwise."""


def usage() -> str:
    operations = "\n".join(f"- **{each.name}**: {each.purpose}" for each in OPERATIONS.values())
    return "\n\n".join(
        [
            "# Hugging Face Jobs\nRuns commands in containers on Hugging Face's hardware, paid by "
            "the minute. `hardware` lists what there is and its price.",
            f"## Operations\n{operations}",
            f"## Examples\n{_call(OPERATIONS['run'])}\n{_call(OPERATIONS['uv'])}",
            _TIPS,
            'Help for one operation: `{"operation": "run", "args": {"help": true}}`.',
        ]
    )


def help_for(operation: Operation) -> str:
    schema = input_schema(operation.arguments)
    required = schema.get("required", [])
    lines = [
        f"- `{name}` ({_kind(prop)}{', required' if name in required else ''}): "
        f"{prop.get('description', '')}{_default(prop)}"
        for name, prop in sorted(
            schema["properties"].items(), key=lambda item: item[0] not in required
        )
    ]
    return "\n".join(
        [f"# hf_jobs {operation.name}: {operation.purpose}", *lines, "", _call(operation)]
    )


def _kind(schema: Any) -> str:
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    kind = schema.get("type", "any")
    return f"{kind} of {_kind(schema['items'])}" if kind == "array" else str(kind)


def _default(schema: Any) -> str:
    default = schema.get("default")
    if default in (None, [], {}, False):
        return ""
    return f" Default: {orjson.dumps(default).decode()}."


def _call(operation: Operation) -> str:
    call = {"operation": operation.name, "args": operation.example}
    return fenced(orjson.dumps(call).decode(), "json")
