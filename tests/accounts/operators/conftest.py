from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.access_keys import create_access_key
from accounts.models import User
from accounts.operators import blocks
from accounts.operators.bindings import own_word
from accounts.operators.models import Block, Role, RoleGrant
from tests.accounts.conftest import make_user


@pytest.fixture
def boss(db, settings) -> User:
    """An admin."""
    settings.ADMIN_HF_USERS = ["id:id-of-boss"]
    return make_user("boss")


@pytest.fixture
def with_role(db, client_of) -> Callable[[Role], Client]:
    """Return the browser of somebody new who has a role."""

    def signed_in(role: Role) -> Client:
        user = make_user(f"some-{role.label.lower()}")
        RoleGrant.objects.create(subject=own_word(user), role=role)
        return client_of(user)

    return signed_in


@pytest.fixture
def block(db, django_capture_on_commit_callbacks) -> Callable[..., Block]:
    def make(kind: str, subject: str, **facts: Any) -> Block:
        with django_capture_on_commit_callbacks(execute=True):
            return blocks.make(Block(kind=kind, subject=subject, reason="spam", **facts))

    return make


@pytest.fixture
def ask(db) -> Callable[..., Any]:
    """Send a message to the endpoint, as somebody or nobody."""

    def send(
        token: str | None = None,
        method: str = "tools/list",
        params: dict[str, Any] | None = None,
        address: str = "192.0.2.1",
        **headers: str,
    ) -> Any:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return Client(headers={"host": "localhost:8000", **headers}).post(
            "/mcp",
            {"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}},
            content_type="application/json",
            headers={"Accept": "application/json, text/event-stream", **headers},
            REMOTE_ADDR=address,
        )

    return send


@pytest.fixture
def key_of() -> Callable[[User], str]:
    return lambda user: create_access_key(user, "Laptop")[1]
