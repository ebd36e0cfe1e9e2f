"""Whether a Space in some state can serve, and if not, why and what to do. Pure: no I/O."""

from enum import StrEnum

from mcpendpoint.gradio.errors import SpaceError, SpaceNotRunning

RUNNING = frozenset({"RUNNING", "RUNNING_BUILDING", "RUNNING_APP_STARTING"})
ASLEEP = "SLEEPING"

STARTING = frozenset({"BUILDING", "APP_STARTING"})
_FAILED = {
    "BUILD_ERROR": "could not be built",
    "CONFIG_ERROR": "has an error in its configuration",
    "NO_APP_FILE": "has no app yet",
    "RUNTIME_ERROR": "stopped with a runtime error",
}
_STOPPED = {
    "DELETING": "is being deleted",
    "PAUSED": "was paused by its owner",
    "STOPPED": "was stopped",
}


def explain_state(space_id: str, stage: str, page: str) -> SpaceError | None:
    """Return why a Space in this stage does not answer, None for one that should."""
    if not stage or stage in RUNNING:
        return None
    name = f"The Space {space_id}"
    if stage == ASLEEP:
        return SpaceNotRunning(
            f"{name} is asleep. Opening {page} wakes it up, as a call of one of its tools and "
            "adding it on the settings page do. That takes from seconds to a few minutes.",
            is_retryable=True,
        )
    if stage in STARTING:
        return SpaceNotRunning(
            f"{name} is starting. Try again in a minute; {page} shows how far it is.",
            is_retryable=True,
            retry_after_seconds=60,
        )
    if stage in _FAILED:
        return SpaceError(f"{name} {_FAILED[stage]}. Its owner has to repair it: {page}")
    if stage in _STOPPED:
        return SpaceNotRunning(
            f"{name} {_STOPPED[stage]}. Only its owner can start it again: {page}"
        )
    return SpaceError(f"{name} is not running (its state is {stage[:40]}). See {page}")


def state_label(stage: str) -> str:
    """Return the state for a person, such as "Running" or "Runtime error"."""
    return stage[:40].replace("_", " ").capitalize() if stage else "Unknown"


class Kind(StrEnum):
    """What a state comes to, for who uses the Space."""

    RUNNING = "running"
    STARTING = "starting"
    ASLEEP = "asleep"
    STOPPED = "stopped"
    BROKEN = "broken"
    UNKNOWN = "unknown"


def kind_of(stage: str) -> Kind:
    if stage in RUNNING:
        return Kind.RUNNING
    if stage in STARTING:
        return Kind.STARTING
    if stage == ASLEEP:
        return Kind.ASLEEP
    if stage in _STOPPED:
        return Kind.STOPPED
    return Kind.BROKEN if stage in _FAILED else Kind.UNKNOWN
