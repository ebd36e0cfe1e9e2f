"""Where this runs as a Space of Hugging Face, its own variables say where it is and which OAuth app
is its: https://huggingface.co/docs/hub/spaces-oauth. Pure: no I/O."""

from collections.abc import Mapping

_NAMES = {
    "HF_OAUTH_CLIENT_ID": "OAUTH_CLIENT_ID",
    "HF_OAUTH_CLIENT_SECRET": "OAUTH_CLIENT_SECRET",
}


def settings_of_space(environment: Mapping[str, str]) -> dict[str, str]:
    """Return settings that follow from the environment of a Space; none outside of one."""
    host = environment.get("SPACE_HOST")
    if not host:
        return {}
    given = {ours: environment.get(theirs, "") for ours, theirs in _NAMES.items()}
    return {
        "PUBLIC_URL": f"https://{host}",
        **{name: value for name, value in given.items() if value},
    }
