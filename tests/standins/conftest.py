"""The public client of the Hub, as different people."""

from uuid import uuid4

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


@pytest.fixture
def somebody(hub: Running) -> HfApi:
    """Somebody whom no other test is, with a token that may write."""
    return HfApi(endpoint=hub.url, token=f"hf_user_{uuid4().hex}")
