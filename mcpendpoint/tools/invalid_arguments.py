"""Says in plain words why a tool's arguments were refused, without their values."""

from typing import Any

from pydantic import BaseModel, ValidationError

from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.examples import example_call

MAX_REASONS = 10

# By pydantic's types of errors: https://docs.pydantic.dev/latest/errors/validation_errors/
_WORDS = {
    "missing": "missing",
    "extra_forbidden": "not known",
    "value_error": "{error}",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "string_type": "must be a string",
    "string_too_short": "needs {min_length} or more characters",
    "string_too_long": "takes {max_length} or fewer characters",
    "string_pattern_mismatch": "must match {pattern}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be an array",
    "too_short": "needs {min_length} or more, not {actual_length}",
    "too_long": "takes {max_length} or fewer, not {actual_length}",
    "dict_type": "must be an object",
    "model_type": "must be an object",
}


def invalid_arguments(name: str, model: type[BaseModel], error: ValidationError) -> ToolError:
    """Name each argument and what is wrong with it."""
    errors = error.errors(include_url=False, include_input=False)[:MAX_REASONS]
    reasons = "; ".join(_reason(each) for each in errors)
    wrong = {str(each["loc"][0]) for each in errors if each["loc"]}
    right = (
        f"Known arguments: {', '.join(model.model_fields)}. Right: {example_call(model, wrong)}"
        if model.model_fields
        else "It takes no arguments."
    )
    text = f"Invalid arguments for {name}. {reasons.rstrip('.')}. {right}"
    return ToolError(text, reason=Reason.INVALID_ARGUMENTS)


def _reason(error: Any) -> str:
    where = ".".join(map(str, error["loc"])) or "arguments"
    words = _WORDS.get(error["type"])
    return f"{where}: {words.format_map(error.get('ctx', {})) if words else error['msg']}"
