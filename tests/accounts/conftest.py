from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.access_keys import create_access_key
from accounts.models import HubCredential, User
from accounts.operators.bindings import own_word
from accounts.operators.block_list import block_list
from accounts.operators.models import Role, RoleGrant
from accounts.people import HubTokenSet, Person, upsert_user
from accounts.preferences import preferences_changed
from tests.live.people import new_user
from tests.live.product import OAUTH_CLIENT


def make_user(name: str | None = None, **changes: object) -> User:
    """Sign somebody in for the first time, with a pasted token."""
    person = new_user() if name is None else None
    name = name or person.name
    hf_id = str(changes.pop("hf_id", f"id-of-{name}"))
    tokens = {"kind": HubCredential.Kind.TOKEN, "access_token": f"hf_user_{name}", "scope": "write"}
    return upsert_user(Person(hf_id, name), HubTokenSet(**tokens | changes))


@pytest.fixture(autouse=True)
def _no_blocks_of_other_tests() -> Iterator[None]:
    yield
    block_list.take((-1, ()))


@pytest.fixture
def alice(db) -> User:
    return make_user("alice-of-accounts")


@pytest.fixture
def stranger(db) -> User:
    return make_user("stranger")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client(headers={"host": "localhost:8000"})
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def alice_client(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def origin(settings, hub, oauth) -> str:
    """Where people sign in with Hugging Face."""
    settings.HF_ENDPOINT = hub.url
    for name, value in OAUTH_CLIENT.items():
        setattr(settings, name, value)
    return str(hub.url)


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "localhost:8000"})


@pytest.fixture
def changed(django_capture_on_commit_callbacks):
    """Collect the users whose preferences changed while a block ran."""

    def run(action):
        heard: list[int] = []

        def hear(sender, user_id, **kwargs):
            heard.append(user_id)

        preferences_changed.connect(hear)
        with django_capture_on_commit_callbacks(execute=True):
            action()
        preferences_changed.disconnect(hear)
        return heard

    return run


@pytest.fixture
def boss(db, settings) -> User:
    """An admin."""
    settings.ADMIN_HF_USERS = ["id:id-of-boss"]
    return make_user("boss")


@pytest.fixture
def ask(db) -> Callable[..., Any]:
    """Send a message to the endpoint, as somebody or nobody."""

    def send(
        token: str | None = None,
        method: str = "tools/list",
        params: dict[str, Any] | None = None,
        address: str = "192.0.2.1",
        path: str = "/mcp",
        **headers: str,
    ) -> Any:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return Client(headers={"host": "localhost:8000", **headers}).post(
            path,
            {"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}},
            content_type="application/json",
            headers={"Accept": "application/json, text/event-stream", **headers},
            REMOTE_ADDR=address,
        )

    return send


@pytest.fixture
def key_of() -> Callable[[User], str]:
    return lambda user: create_access_key(user, "Laptop")[1]


@pytest.fixture
def with_role(db, client_of) -> Callable[[Role], Client]:
    """Return the browser of somebody new who has a role."""

    def signed_in(role: Role) -> Client:
        user = make_user(f"some-{role.label.lower()}")
        RoleGrant.objects.create(subject=own_word(user), role=role)
        return client_of(user)

    return signed_in
