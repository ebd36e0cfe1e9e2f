"""The public client of the Hub, as different people."""

import pytest
from huggingface_hub import HfApi

from tests.standins.serve import Running


@pytest.fixture
def alice(hub: Running) -> HfApi:
    return HfApi(endpoint=hub.url, token="hf_alice")


@pytest.fixture
def bob(hub: Running) -> HfApi:
    return HfApi(endpoint=hub.url, token="hf_bob")


@pytest.fixture
def anonymous(hub: Running) -> HfApi:
    return HfApi(endpoint=hub.url, token=False)
