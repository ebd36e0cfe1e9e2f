"""Volumes as people write them: `hf://datasets/org/data:/data:ro`. Pure: no I/O."""

from collections.abc import Mapping
from typing import Any

from mcpendpoint.hub.ids import BadRepoId, parse_repo_id

FORMAT = "hf://[models|datasets|spaces|buckets/]OWNER/NAME[/PATH]:/MOUNT_PATH[:ro|:rw]"

_PREFIX = "hf://"
_TYPES = {"models": "model", "datasets": "dataset", "spaces": "space", "buckets": "bucket"}


def parse_volume(text: object) -> dict[str, Any]:
    """Return a volume as the Hub's API takes it. Raises ValueError, which says what is wrong."""
    if not isinstance(text, str):
        raise ValueError(f"a volume is a string of the form {FORMAT}")
    spec, read_only = _mode_of(text.strip())
    source, separator, mount = spec.rpartition(":/")
    if not source.startswith(_PREFIX) or not separator or not mount.strip("/"):
        raise ValueError(f"{text[:200]!r} is not of the form {FORMAT}")
    kind, *location = source.removeprefix(_PREFIX).split("/")
    if kind in _TYPES.values():
        raise ValueError(f"{text[:200]!r}: write {kind}s/, not {kind}/")
    if kind not in _TYPES:
        kind, location = "models", [kind, *location]
    volume = {"type": _TYPES[kind], "source": _source(text, location), "mountPath": f"/{mount}"}
    path = "/".join(location[2:])
    return (
        volume
        | ({} if read_only is None else {"readOnly": read_only})
        | ({"path": path} if path else {})
    )


def may_change(volume: Mapping[str, Any]) -> bool:
    """Return whether a job can write to a volume, and so delete what is there: repositories are
    mounted to be read, whatever is asked for (huggingface_hub 2.4.0, Volume).
    """
    return volume["type"] == "bucket" and not volume.get("readOnly")


def _mode_of(spec: str) -> tuple[str, bool | None]:
    for ending, read_only in ((":ro", True), (":rw", False)):
        if spec.endswith(ending):
            return spec.removesuffix(ending), read_only
    return spec, None


def _source(text: str, location: list[str]) -> str:
    try:
        if len(location) >= 2:
            return parse_repo_id("/".join(location[:2]))
    except BadRepoId as error:
        raise ValueError(f"{text[:200]!r}: {error}") from error
    raise ValueError(f"{text[:200]!r} needs OWNER/NAME: {FORMAT}")
