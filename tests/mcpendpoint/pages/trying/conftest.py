"""Somebody who is signed in, in front of the page of a tool."""

import pytest
from django.test import Client

from accounts.models import HubCredential, User
from accounts.preferences import preferences_changed
from mcpendpoint.gradio.discovery import forget_spaces
from mcpendpoint.hub.memory import forget_answers
from mcpendpoint.protocol import records
from tests.mcpendpoint.pages.trying.page import ToolPage


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget_spaces()
    forget_answers()


@pytest.fixture
def standins(hub, space, settings):
    settings.HF_ENDPOINT = hub.url
    settings.HF_SPACE_URL = f"{space.url}/s/{{subdomain}}"


@pytest.fixture
def alice(db):
    user = User.objects.create_user("alice", hf_id="alice-id")
    HubCredential.objects.create(user=user, kind=HubCredential.Kind.TOKEN, access_token="hf_alice")
    # Other tests have had users of this number: their tokens are remembered for a second.
    preferences_changed.send(sender=User, user_id=user.pk)
    return user


@pytest.fixture
def signed_in(alice) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def page_of(signed_in):
    """Open the page of a tool: `page_of("hf_whoami")`."""
    return lambda name: ToolPage(signed_in, name)


@pytest.fixture
def recorded(monkeypatch):
    heard = []
    monkeypatch.setattr(records, "_listeners", [])
    records.listen(heard.append)
    return heard
