"""Reading what is to be run: the body of a job, checked."""

import re
from typing import Any

from starlette.requests import Request

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.buckets.access import find_bucket_by_id
from tests.standins.hub.callers import caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.jobs import hardware
from tests.standins.hub.records import KINDS, Kind
from tests.standins.hub.repos import find_repo

LABEL = re.compile(r"[A-Za-z0-9._-]{1,100}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEFAULT_TIMEOUT = 30 * 60
MAX_TIMEOUT = 14 * 24 * 3600


def read_spec(request: Request, body: Body) -> dict[str, Any]:
    """Return the job as the Hub keeps it; raises 400 for what it would not run."""
    image = bodies.optional_text(body, "dockerImage")
    space = bodies.optional_text(body, "spaceId")
    if bool(image) == bool(space):
        raise errors.invalid('One of "dockerImage" and "spaceId" is required')
    if space:
        find_repo(request, "space", space, caller_of(request))
    flavor = bodies.optional_text(body, "flavor") or "cpu-basic"
    if flavor not in hardware.BY_NAME:
        raise errors.invalid(f'Invalid flavor "{flavor}": see GET /api/jobs/hardware')
    return {
        **({"dockerImage": image} if image else {"spaceId": space}),
        "command": _strings(body, "command"),
        "arguments": _strings(body, "arguments"),
        "environment": _variables(body, "environment"),
        "secrets": _variables(body, "secrets"),
        "flavor": flavor,
        "timeoutSeconds": _timeout(body),
        "labels": read_labels(body),
        "volumes": [_volume(request, volume) for volume in bodies.objects(body, "volumes")],
        "ports": _ports(body),
        **({"resourceGroupId": body["resourceGroupId"]} if "resourceGroupId" in body else {}),
    }


def _strings(body: Body, name: str) -> list[str]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise errors.invalid(f'"{name}" must be an array of strings')
    return value


def _variables(body: Body, name: str) -> dict[str, str]:
    raw = body.get(name) or {}
    if isinstance(raw, dict):  # numbers are fine, as everywhere where there are environments
        raw = {key: str(value) if isinstance(value, int) else value for key, value in raw.items()}
    values = bodies.string_map({name: raw}, name)
    for key in values:
        if not NAME.fullmatch(key):
            raise errors.invalid(f'"{key}" is no name of a variable')
    return values


def _timeout(body: Body) -> int:
    seconds = body.get("timeoutSeconds", DEFAULT_TIMEOUT)
    if not isinstance(seconds, int) or not 0 < seconds <= MAX_TIMEOUT:
        raise errors.invalid(f'"timeoutSeconds" must be between 1 and {MAX_TIMEOUT}')
    return seconds


def read_labels(body: Body) -> dict[str, str]:
    labels = bodies.string_map(body, "labels")
    for key, value in labels.items():
        if not LABEL.fullmatch(key) or not LABEL.fullmatch(value):
            raise errors.invalid(f'Invalid label "{key}={value}"')
    return labels


def _volume(request: Request, volume: Body) -> Body:
    source, path = bodies.text(volume, "source"), bodies.text(volume, "mountPath")
    type_ = bodies.optional_text(volume, "type") or "model"
    if not path.startswith("/"):
        raise errors.invalid('"mountPath" must be absolute')
    try:
        if type_ == "bucket":
            find_bucket_by_id(request, source)
        else:
            find_repo(request, _kind(type_), source, caller_of(request))
    except HubError as error:
        raise errors.invalid(f"Volume {source}: {error.message}") from error
    return {**volume, "type": type_, "source": source, "mountPath": path}


def _kind(name: str) -> Kind:
    for kind in KINDS:
        if kind == name:
            return kind
    raise errors.invalid('"type" of a volume must be one of [model, dataset, space, bucket]')


def _ports(body: Body) -> list[int]:
    expose = body.get("expose") or {}
    ports = expose.get("ports", []) if isinstance(expose, dict) else None
    if not isinstance(ports, list) or not all(isinstance(port, int) for port in ports):
        raise errors.invalid('"expose" must have a list of ports')
    return ports
