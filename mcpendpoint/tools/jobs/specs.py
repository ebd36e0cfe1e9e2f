"""What is sent to the Hub to be run, made from arguments, and the secrets in it. Pure: no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcpendpoint.hub.ids import BadRepoId, parse_repo_id
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.jobs.arguments import RunArguments, Submission, UvArguments
from mcpendpoint.tools.jobs.commands import UV_IMAGE, uv_command

CALLERS_TOKEN = ("$HF_TOKEN", "${HF_TOKEN}")
"""Stands for the caller's own token, as the value of a variable."""

_SPACE_PREFIXES = tuple(
    f"{scheme}{host}/spaces/" for scheme in ("https://", "") for host in ("huggingface.co", "hf.co")
)


@dataclass(frozen=True)
class Prepared:
    body: Mapping[str, Any] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    """By name, values that are never to be read anywhere."""


def prepare(arguments: Submission, token: str) -> Prepared:
    """Raises ToolError."""
    environment, secrets = _variables(arguments, token)
    body: dict[str, Any] = {
        **_source_and_command(arguments),
        "arguments": [],
        "flavor": arguments.flavor,
        "environment": environment,
        "secrets": secrets,
        "timeoutSeconds": arguments.timeout,
    }
    labels = arguments.labels | ({"name": arguments.name} if arguments.name is not None else {})
    if labels:
        body["labels"] = labels
    if arguments.volumes:
        body["volumes"] = arguments.volumes
    if arguments.resource_group_id is not None:
        body["resourceGroupId"] = arguments.resource_group_id
    return Prepared(body, secrets)


def _variables(arguments: Submission, token: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return environment and secrets. A token is a secret even where it was not given as one."""
    environment = {
        name: value for name, value in arguments.env.items() if value not in CALLERS_TOKEN
    }
    hidden = dict.fromkeys(arguments.env.keys() - environment.keys(), token)
    given = {
        name: token if value in CALLERS_TOKEN else value
        for name, value in arguments.secrets.items()
    }
    return environment, given | hidden


def _source_and_command(arguments: Submission) -> Mapping[str, Any]:
    match arguments:
        case RunArguments():
            return {**_source(arguments.image), "command": arguments.command}
        case UvArguments():
            try:
                command = uv_command(
                    arguments.script, arguments.with_deps, arguments.script_args, arguments.python
                )
            except ValueError as error:
                raise ToolError(f"script: {error}.") from error
            return {"dockerImage": UV_IMAGE, "command": command}
        case _:
            raise TypeError(type(arguments).__name__)


def _source(image: str) -> Mapping[str, str]:
    for prefix in _SPACE_PREFIXES:
        if image.startswith(prefix):
            try:
                return {"spaceId": parse_repo_id(image.removeprefix(prefix).rstrip("/"))}
            except BadRepoId as error:
                raise ToolError(f"image: {error}") from error
    return {"dockerImage": image}
