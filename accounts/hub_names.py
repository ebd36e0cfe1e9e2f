"""Names and ids of accounts on the Hub, as they may be stored and put into an address here.

Pure: no I/O. The characters are those of huggingface_hub's REPO_ID_REGEX (utils/_validators.py),
ASCII only. "~" is in no such name, so what this server makes up has one.
"""

import re
from typing import Annotated

from pydantic import StringConstraints

MAX_NAME = 96

_NAME = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,95}"

HubName = Annotated[str, StringConstraints(strict=True, pattern=rf"^{_NAME}$")]
HubRepoId = Annotated[str, StringConstraints(strict=True, pattern=rf"^{_NAME}/{_NAME}$")]
HubId = Annotated[str, StringConstraints(strict=True, pattern=r"^[!-~]{1,64}$")]
"""Hex digits on huggingface.co; never changes."""


def is_hub_name(text: str) -> bool:
    return re.fullmatch(_NAME, text) is not None
