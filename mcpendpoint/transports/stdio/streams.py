"""The process's standard streams, kept for the protocol alone. Imports nothing of ours."""

import os
import sys
from dataclasses import dataclass

STDIN, STDOUT, STDERR = 0, 1, 2


@dataclass(frozen=True)
class Wire:
    """File descriptors to and from the client."""

    incoming: int
    outgoing: int


def claim() -> Wire:
    """Take the standard streams away from everything else.

    What is printed from now on, by a library or a program that is started, goes to standard error;
    who reads standard input finds it empty. Once in a process.
    """
    wire = Wire(os.dup(STDIN), os.dup(STDOUT))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, STDIN)
    os.close(nothing)
    sys.stdout.flush()
    os.dup2(STDERR, STDOUT)
    return wire
