"""Parses the command lines of the sandbox tools. Pure: no I/O."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import Arguments, ToolError
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.options import Given, Option, shown, split_argv
from mcpendpoint.tools.leniency import FromText, words_in

WORDS = "One array item a word: HANDLE is what hf_sandbox create returned."


class ArgvArguments(Arguments):
    # Commands and the content of files are taken as they are.
    model_config = ConfigDict(str_strip_whitespace=False, hide_input_in_errors=True)

    args: Annotated[list[str], FromText(words_in)] = Field(
        default=[], max_length=200, repr=False, description=WORDS
    )


def read_argv(
    command: str, args: Sequence[str], positionals: Sequence[str], known: Mapping[str, Option]
) -> tuple[list[str], Given]:
    """Return the words that `positionals` name, and the options. Raises ToolError."""
    try:
        words, given = split_argv(command, args, known)
    except Failure as error:
        raise ToolError(error.message) from error
    if len(words) < len(positionals):
        raise invalid(f"{command} requires {positionals[len(words)]}")
    if len(words) > len(positionals):
        raise invalid(f"unexpected argument for {command}: {shown(words[len(positionals)])}")
    return words, given


def invalid(message: str) -> ToolError:
    return ToolError(f"EINVAL: {message}", reason=Reason.INVALID_ARGUMENTS)
