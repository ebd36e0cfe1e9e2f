from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests import node
from tests.live.people import Person
from tests.live.product import Product
from tests.needs import need
from tests.parity.servers import Both, Server, start_reference
from tests.standins.hub.control import HubControl
from tests.standins.serve import Running


@pytest.fixture(scope="session")
def both(hub: Running, product: Product) -> Iterator[Both]:
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")
    with (
        start_reference(hub.url) as reference,
        closing(Server(reference.url)) as theirs,
        closing(Server(product.url)) as ours,
    ):
        yield Both(theirs, ours)


@pytest.fixture
def hub_control(hub: Running) -> Iterator[HubControl]:
    control = HubControl(hub.url)
    yield control
    control.behave()


@pytest.fixture
def new_token(new_user: Callable[[], Person]) -> str:
    """The token of somebody new, for whom nothing is remembered."""
    return new_user().token


@pytest.fixture
def writing_token(new_writer: Callable[[], Person]) -> str:
    """The same, of somebody for whom `?mix=` switches on what writes at ours too."""
    return new_writer().token
