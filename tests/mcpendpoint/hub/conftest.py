import pytest

from mcpendpoint.hub.client import forget_answers
from tests.mcpendpoint.hub_side import HubSide


@pytest.fixture
def hub_side(hub, settings):
    settings.HF_ENDPOINT = hub.url
    settings.HF_DATASETS_SERVER = f"{hub.url}/datasets-server"
    forget_answers()
    side = HubSide(hub.url)
    yield side
    side.heal()
