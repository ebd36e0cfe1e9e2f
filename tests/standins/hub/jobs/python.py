"""What a small Python script would do, read from its syntax tree; it is never executed.

It understands imports, print, sleep, exit, raise, for over range, f-strings and os.environ.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

Happening = str | float | int  # a printed line, a pause in seconds, an exit code
FOREVER = float("inf")
MAX_ROUNDS = 10_000


class NotUnderstoodError(Exception):
    pass


class _Exit(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run(source: str, variables: Mapping[str, str]) -> Iterator[Happening]:
    """Return what happens, the exit code (an int, and no bool) at the end if it is not 0."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        yield f"SyntaxError: {error.msg}"
        yield 1
        return
    try:
        yield from _statements(tree.body, {"__environ__": dict(variables)})
    except _Exit as exit_:
        yield exit_.code
    except NotUnderstoodError as error:
        yield f"Traceback (most recent call last):\n{error}"
        yield 1


def _statements(body: list[ast.stmt], names: dict[str, Any]) -> Iterator[Happening]:
    for statement in body:
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Pass():
                pass
            case ast.Expr(ast.Call() as call):
                yield from _call(call, names)
            case ast.Expr(ast.Constant()):
                pass
            case ast.Assign([ast.Name(name)], value):
                names[name] = _value(value, names)
            case ast.For(ast.Name(name), ast.Call(ast.Name("range"), bounds), inner):
                numbers = range(*(int(_value(bound, names)) for bound in bounds))
                for number in numbers[:MAX_ROUNDS]:
                    yield from _statements(inner, {**names, name: number})
            case ast.While(ast.Constant(True), inner):
                yield from _statements(inner, names)
                yield FOREVER
            case ast.Raise(ast.Call(ast.Name(error), [message])):
                raise NotUnderstoodError(f"{error}: {_value(message, names)}")
            case _:
                raise NotUnderstoodError(f"NotImplementedError: {ast.unparse(statement)}")


def _call(call: ast.Call, names: dict[str, Any]) -> Iterator[Happening]:
    name = ast.unparse(call.func).rpartition(".")[2]
    values = [_value(argument, names) for argument in call.args]
    if name == "print":
        yield " ".join(map(str, values))
    elif name == "sleep":
        yield float(values[0])
    elif name in ("exit", "_exit"):
        raise _Exit(int(values[0]) if values else 0)
    else:
        raise NotUnderstoodError(f"NotImplementedError: {ast.unparse(call)}")


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name) if name in names:
            return names[name]
        case ast.JoinedStr(parts):
            return "".join(str(_value(part, names)) for part in parts)
        case ast.FormattedValue(value):
            return _value(value, names)
        case ast.Subscript(ast.Attribute(attr="environ"), key):
            return _variable(_value(key, names), names)
        case ast.Call(ast.Attribute(attr="getenv" | "get"), [key, *_]):
            return names["__environ__"].get(_value(key, names))
    raise NotUnderstoodError(f"NameError: {ast.unparse(node)}")


def _variable(name: str, names: dict[str, Any]) -> str:
    if name not in names["__environ__"]:
        raise NotUnderstoodError(f"KeyError: {name!r}")
    value: str = names["__environ__"][name]
    return value
