"""What the section of connected apps shows of a person."""

from typing import Any

from accounts.authorization.connections import connected_apps
from accounts.authorization.own_clients import own_clients
from accounts.models import User


def apps_context(user: User) -> dict[str, Any]:
    return {"apps": connected_apps(user), "own_clients": own_clients(user)}
