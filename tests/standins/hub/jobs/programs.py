"""What a command prints, how long it takes and how it ends: a shell with a few programs.

A command is an argv: nothing expands in it. `sh -c` takes a line with variables in quotes or out of
them, `&&`, `||`, `;`, pipes and `>`. A program that is not known is not found.
"""

import base64
import binascii
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Template
from typing import Literal

from tests.standins.hub.jobs import python
from tests.standins.hub.jobs.records import Line, Plan

SECONDS_A_LINE = 0.02
FOREVER = float("inf")
SHELLS = ("sh", "bash")
OPERATORS = ("&&", "||", ";", "|", ">")


@dataclass
class Machine:
    """The environment of a command, its clock, its files, and what it has printed."""

    variables: Mapping[str, str]
    now: float = 0
    printed: list[Line] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def print(self, text: str, stream: Literal["stdout", "stderr"] = "stdout") -> None:
        for line in text.split("\n"):
            self.now += SECONDS_A_LINE
            if self.now < FOREVER:
                self.printed.append(Line(round(self.now, 3), line, stream))

    def complain(self, text: str) -> None:
        self.print(text, "stderr")

    def sleep(self, seconds: float) -> None:
        self.now += seconds


Program = Callable[[Machine, Sequence[str], str], int]


def plan(command: Sequence[str], variables: Mapping[str, str]) -> Plan:
    return run(Machine(variables), command, "")


def run(machine: Machine, command: Sequence[str], stdin: str) -> Plan:
    exit_code = _run(machine, command, stdin)
    return Plan(tuple(machine.printed), machine.now if machine.now < FOREVER else None, exit_code)


def _run(machine: Machine, argv: Sequence[str], stdin: str) -> int:
    if not argv:
        return 0
    name = argv[0].rpartition("/")[2]
    program = PROGRAMS.get(name)
    if program is None:
        machine.complain(f"exec: {argv[0]}: not found")
        return 127
    return program(machine, argv[1:], stdin)


def _shell(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    script = next((text for text in arguments if not text.startswith("-")), None)
    if script is None:
        script, stdin = stdin, ""
    exit_code = 0
    for line in script.splitlines():
        try:
            exit_code = _shell_line(machine, line, stdin)
        except ValueError as error:
            machine.complain(f"sh: syntax error: {error}")
            return 2
    return exit_code


def _shell_line(machine: Machine, line: str, inherited: str) -> int:
    text = Template(line).safe_substitute(machine.variables)
    words = shlex.shlex(text, posix=True, punctuation_chars="&|;>")
    words.whitespace_split = True
    exit_code, joined_by, stdin = 0, ";", inherited
    argv: list[str] = []
    for word in [*words, ";"]:
        if word not in OPERATORS:
            argv.append(word)
            continue
        is_due = {"&&": exit_code == 0, "||": exit_code != 0}.get(joined_by, True)
        if joined_by == ">":
            if not argv:
                raise ValueError("a file is missing after >")
            machine.files[argv[0]] = f"{stdin}\n".encode()
            exit_code, stdin = 0, inherited
        elif is_due and word in ("|", ">"):
            stdin = _capture(machine, argv, stdin)
        elif is_due:
            exit_code, stdin = _run(machine, argv, stdin), inherited
        argv, joined_by = [], word
    return exit_code


def _capture(machine: Machine, argv: Sequence[str], stdin: str) -> str:
    inner = Machine(machine.variables, machine.now, files=machine.files)
    _run(inner, argv, stdin)
    machine.now = inner.now
    machine.printed += [line for line in inner.printed if line.stream == "stderr"]
    return "\n".join(line.text for line in inner.printed if line.stream == "stdout")


def _echo(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    machine.print(" ".join(arguments))
    return 0


def _sleep(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    try:
        machine.sleep(FOREVER if arguments[0] == "infinity" else float(arguments[0]))
    except (IndexError, ValueError):
        machine.complain("sleep: invalid time interval")
        return 1
    return 0


def _sequence(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    try:
        first, last = map(int, ("1", *arguments)[-2:])
    except ValueError:
        machine.complain("seq: invalid argument")
        return 1
    for number in range(first, min(last, first + 10_000) + 1):
        machine.print(str(number))
    return 0


def _environment(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    for name, value in machine.variables.items():
        if not arguments or name in arguments:
            machine.print(value if arguments else f"{name}={value}")
    return 0


def _exit(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    return int(arguments[0]) if arguments and arguments[0].isdecimal() else 0


def _cat(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    if not arguments:
        machine.print(stdin)
        return 0
    for path in arguments:
        if path not in machine.files:
            machine.complain(f"cat: {path}: No such file or directory")
            return 1
        machine.print(machine.files[path].decode("utf-8", "replace").removesuffix("\n"))
    return 0


def _base64(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    try:
        machine.print(base64.b64decode(stdin).decode().rstrip("\n"))
    except (binascii.Error, UnicodeDecodeError):
        machine.complain("base64: invalid input")
        return 1
    return 0


def _python(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    if "--version" in arguments:
        machine.print("Python 3.12.4")
        return 0
    if "-c" in arguments[:-1]:
        return _interpret(machine, arguments[arguments.index("-c") + 1])
    if arguments and arguments[0] != "-":
        machine.complain(f"python: can't open file '/{arguments[0]}': [Errno 2] No such file")
        return 2
    return _interpret(machine, stdin)


def _interpret(machine: Machine, source: str) -> int:
    exit_code = 0
    for happening in python.run(source, machine.variables):
        if isinstance(happening, str):
            machine.print(happening)
        elif isinstance(happening, float):
            machine.sleep(happening)
        else:
            exit_code = happening
    return exit_code


def _uv(machine: Machine, arguments: Sequence[str], stdin: str) -> int:
    """Run `uv run [options] SCRIPT…`: from standard input, or from a URL, which is not fetched."""
    rest = list(arguments[1:])
    dependencies = []
    while rest and rest[0].startswith("--"):
        dependencies += rest[1:2] if rest[0] == "--with" else []
        rest = rest[2:]
    if dependencies:
        machine.print(f"Installed {len(dependencies)} packages in 12ms")
    if rest and rest[0] == "python":
        return _python(machine, rest[1:], stdin)
    if rest and rest[0] != "-":
        machine.print(f"Running {' '.join(rest)}")
        return 0
    return _interpret(machine, stdin)


PROGRAMS: dict[str, Program] = {
    **dict.fromkeys(SHELLS, _shell),
    **dict.fromkeys(("python", "python3"), _python),
    **dict.fromkeys(("env", "printenv"), _environment),
    "base64": _base64,
    "cat": _cat,
    "echo": _echo,
    "exit": _exit,
    "false": lambda machine, arguments, stdin: 1,
    "seq": _sequence,
    "sleep": _sleep,
    "true": lambda machine, arguments, stdin: 0,
    "uv": _uv,
}
