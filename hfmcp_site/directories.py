"""Where programs keep what is theirs, on each system."""

from collections.abc import Mapping
from os.path import expanduser, expandvars
from pathlib import Path

NAME = "hfmcp"


def user_data_directory(platform: str, environment: Mapping[str, str]) -> Path:
    """Return the folder of an installed server's database and secrets."""
    if platform == "darwin":
        return Path(expanduser("~/Library/Application Support")) / NAME
    given = environment.get("XDG_DATA_HOME", "")
    # Says its standard: to be ignored unless absolute.
    return Path(given if given.startswith("/") else expanduser("~/.local/share")) / NAME


def hub_token_file(environment: Mapping[str, str]) -> Path:
    """Return where `hf auth login` writes its token (huggingface_hub/constants.py, 2.4.0)."""
    cache = environment.get("XDG_CACHE_HOME", expanduser("~/.cache"))
    home = expandvars(expanduser(environment.get("HF_HOME", f"{cache}/huggingface")))
    return Path(expandvars(expanduser(environment.get("HF_TOKEN_PATH", f"{home}/token"))))
