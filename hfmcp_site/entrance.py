"""What has to be so before anything else is loaded."""

import gc
import os
import signal
from collections.abc import Sequence

SETTINGS = "hfmcp_site.settings"
STDIO_SETTINGS = "hfmcp_site.stdio_settings"


def prepare(arguments: Sequence[str]) -> str:
    """Return the settings module for a command line, and make ready what the command needs."""
    if arguments[:1] != ["stdio"]:
        return SETTINGS
    # Clients end what they started a moment ago, by either signal: nothing is begun yet.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    gc.disable()  # until all is loaded: nothing of it is garbage
    return SETTINGS if "--account" in arguments else STDIO_SETTINGS
