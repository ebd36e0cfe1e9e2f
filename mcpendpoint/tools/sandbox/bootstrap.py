"""The job that becomes a sandbox: it fetches one build of the server, checks it, and runs it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from mcpendpoint.hub.jobs import Job, Volume
from mcpendpoint.hub.sandboxes import PORT

SANDBOX_LABEL = "hf-sandbox"
MODE_LABEL = "hf-sandbox-mode"
NAME_LABEL = "pet"
LIFETIME_SECONDS = 24 * 3_600

# The build that huggingface_hub 2.4 runs. What is fetched is named by its digest and checked.
SERVER_SHA256 = "eb2b04f79fbe765195300aaf1582be2a2a9ea698ff067d0cab428171d5584932"
SERVER_BUCKET = "huggingface/sbx-server"
SERVER_PATH = f"/buckets/{SERVER_BUCKET}/resolve/sbx-server-{SERVER_SHA256}"
SERVER_MOUNT = "/.hf-sbx-server"

# Images differ in what they can download and check with; all have a shell.
SCRIPT = """\
set -e
server=/tmp/.sbx-server
if command -v curl >/dev/null 2>&1; then curl -fsSL -o "$server" "$SBX_SERVER_URL"
elif command -v wget >/dev/null 2>&1; then wget -q -O "$server" "$SBX_SERVER_URL"
else cp "$SBX_SERVER_MOUNT/sbx-server-$SBX_SERVER_SHA256" "$server"; fi
if command -v sha256sum >/dev/null 2>&1; then found=$(sha256sum "$server" | cut -c 1-64)
elif command -v openssl >/dev/null 2>&1; then
  found=$(openssl dgst -sha256 -r "$server" | cut -c 1-64)
else echo "The image has neither sha256sum nor openssl to check the server with." >&2; exit 1; fi
if [ "$found" != "$SBX_SERVER_SHA256" ]; then
  echo "The sandbox server is not the one that was asked for." >&2; exit 1
fi
chmod +x "$server"
unset SBX_SERVER_URL SBX_SERVER_MOUNT SBX_SERVER_SHA256
exec "$server"
"""


def sandbox_spec(
    *,
    image: str,
    flavor: str,
    idle_seconds: int,
    labels: Mapping[str, str],
    secrets: Mapping[str, str],
    volumes: Sequence[Mapping[str, Any]],
    resource_group_id: str | None,
) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "dockerImage": image,
        "command": ["/bin/sh", "-c", SCRIPT],
        "arguments": [],
        "flavor": flavor,
        "timeoutSeconds": LIFETIME_SECONDS,
        "environment": {
            "SBX_PORT": str(PORT),
            "SBX_IDLE_TIMEOUT": str(idle_seconds),
            "SBX_SERVER_URL": settings.HF_ENDPOINT + SERVER_PATH,
            "SBX_SERVER_SHA256": SERVER_SHA256,
            "SBX_SERVER_MOUNT": SERVER_MOUNT,
        },
        "secrets": dict(secrets),
        "labels": {SANDBOX_LABEL: "1", MODE_LABEL: "dedicated", **labels},
        "expose": {"ports": [PORT]},
        "volumes": [*volumes, _SERVER_VOLUME],
    }
    if resource_group_id is not None:
        spec["resourceGroupId"] = resource_group_id
    return spec


_SERVER_VOLUME = {
    "type": "bucket",
    "source": SERVER_BUCKET,
    "mountPath": SERVER_MOUNT,
    "readOnly": True,
}


def is_sandbox(job: Job) -> bool:
    return job.labels.get(SANDBOX_LABEL) == "1"


def volumes_of(job: Job) -> list[Volume]:
    """Return what its maker mounted."""
    return [volume for volume in job.volumes if volume.mount_path != SERVER_MOUNT]
