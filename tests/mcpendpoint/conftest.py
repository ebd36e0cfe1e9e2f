from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mcpendpoint.hub.memory import forget_answers
from tests.live.people import JUST_DO_IT, Person, post_form
from tests.live.product import Product
from tests.mcpendpoint.hub_side import HubSide
from tests.mcpendpoint.wire import Wire
from tests.standins.serve import Running


@pytest.fixture
def hub_side(hub: Running, settings: Any) -> Iterator[HubSide]:
    """The stand-in Hub, for what asks it from within this process."""
    settings.HF_ENDPOINT = hub.url
    settings.HF_DATASETS_SERVER = f"{hub.url}/datasets-server"
    forget_answers()
    side = HubSide(hub.url)
    yield side
    side.heal()


@pytest.fixture
def wire(product: Product) -> Wire:
    """The shared URL, as nobody."""
    return Wire(f"{product.url}/mcp?gradio=none")


@pytest.fixture
def wire_of(product: Product) -> Callable[..., Wire]:
    """Make a client of a path: `wire_of("/mcp?bouquet=all", token)`."""
    return lambda path="/mcp", token=None: Wire(product.url + path, token)


@pytest.fixture
def settled_user(
    product: Product,
    new_user: Callable[[], Person],
    sign_in: Callable[[Product, str], httpx.Client],
) -> Callable[..., tuple[Person, httpx.Client]]:
    """Make up a user who has signed in and saved tools: `settled_user("hub_repo_search")`.

    They are asked before no call, unless it says otherwise: `approve_delete="ask"`.
    """

    def settle(*tools: str, **approvals: str) -> tuple[Person, httpx.Client]:
        person = new_user()
        client = sign_in(product, person.token)
        save_tools(client, *tools, **approvals)
        return person, client

    return settle


def save_tools(client: httpx.Client, *tools: str, **approvals: str) -> None:
    ticks = {"tools": list(tools), "include_images": "on"}
    for path, form in (("approvals", {**JUST_DO_IT, **approvals}), ("tools", ticks)):
        answer = post_form(client, f"/settings/{path}/", form)
        assert answer.status_code == 200, answer.text
