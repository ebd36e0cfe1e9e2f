"""Says which parameter of a request is wrong, and what it should be. Pure: no I/O."""

from pydantic import ValidationError

MAX_PROBLEMS = 5
MAX_KEY_LENGTH = 60

_SHOULD_BE = {
    "missing": "is missing",
    "dict_type": "should be an object",
    "model_type": "should be an object",
    "model_attributes_type": "should be an object",
    "list_type": "should be an array",
    "string_type": "should be a string",
    "int_type": "should be an integer",
    "int_from_float": "should be an integer",
    "float_type": "should be a number",
    "bool_type": "should be true or false",
}
_WITH_EXPECTED = {"literal_error", "enum", "union_tag_invalid"}


def explain_invalid_params(error: ValidationError) -> str:
    problems: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        path = _path_of(detail["loc"])
        kind, expected = detail["type"], detail.get("ctx", {}).get("expected")
        said = _SHOULD_BE.get(kind, "is not valid")
        if kind in _WITH_EXPECTED and expected:
            said = f"should be {expected}"
        # Of the branches of a union, the first one says enough.
        problems.setdefault(path, said)
    listed = [f"{path} {said}" for path, said in list(problems.items())[:MAX_PROBLEMS]]
    return f"Invalid request parameters: {', '.join(listed)}."


def _path_of(location: tuple[str | int, ...]) -> str:
    parts = [str(part)[:MAX_KEY_LENGTH] for part in location]
    # Pydantic names the branches of a union as well: by their class, or by their simple type.
    keys = [part for part in parts if not part[:1].isupper()]
    if len(keys) > 1 and keys[-1] in {"str", "int", "float"}:
        keys.pop()
    return ".".join(keys if keys[:1] == ["params"] else ["params", *keys])
