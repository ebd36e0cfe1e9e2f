"""What has to be so before anything else is loaded."""

import gc
import os
import signal
from collections.abc import Sequence
from pathlib import Path

SETTINGS = "hfmcp_site.settings"
STDIO_SETTINGS = "hfmcp_site.stdio_settings"


def take_directory(arguments: Sequence[str]) -> tuple[list[str], Path | None]:
    """Return the rest of a command line, and what `--directory` says."""
    rest, directory = list(arguments), None
    for index, word in enumerate(arguments):
        if word.startswith("--directory="):
            directory, rest[index : index + 1] = Path(word.partition("=")[2]), []
            break
        if word == "--directory" and arguments[index + 1 :]:
            directory, rest[index : index + 2] = Path(arguments[index + 1]), []
            break
    return rest, directory


def prepare(arguments: Sequence[str]) -> str:
    """Return the settings module for a command line, and make ready what the command needs."""
    if list(arguments[:1]) != ["stdio"]:
        return SETTINGS
    # Clients end what they started a moment ago, by either signal: nothing is begun yet.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    gc.disable()  # until all is loaded: nothing of it is garbage
    return SETTINGS if "--account" in arguments else STDIO_SETTINGS
