import pytest

from mcpendpoint.gradio import discovery, in_use
from mcpendpoint.gradio.breaker import breakers
from mcpendpoint.gradio.discovery import forget_spaces
from mcpendpoint.gradio.knowledge import refresher
from mcpendpoint.hub.memory import forget_answers
from tests import loopback


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget_spaces()
    forget_answers()
    breakers.forget()


@pytest.fixture
def shared(monkeypatch):
    """What shares, once it is started, what is known of Spaces; it does nothing by itself."""

    async def not_by_itself():
        pass

    monkeypatch.setattr(refresher, "_refresh_for_ever", not_by_itself)
    monkeypatch.setattr(refresher, "_task", None)
    yield refresher
    discovery.share_with(None, None)
    in_use._listeners.clear()


class Front:
    """The stand-in Spaces, and what they were asked."""

    def __init__(self, url):
        self.url = url
        loopback.shared.delete(f"{url}/_log")

    def asked(self, subdomain=None, path=None):
        entries = loopback.shared.get(f"{self.url}/_log").json()
        return [
            entry
            for entry in entries
            if subdomain in (None, entry["subdomain"]) and path in (None, entry["path"])
        ]


@pytest.fixture
def spaces(hub, space, settings):
    """The stand-in Hub and Spaces are those that the settings name."""
    settings.HF_ENDPOINT = hub.url
    settings.HF_SPACE_URL = f"{space.url}/s/{{subdomain}}"
    loopback.shared.delete(f"{hub.url}/_log")
    loopback.shared.delete(f"{hub.url}/_faults")
    yield Front(space.url)
    loopback.shared.delete(f"{hub.url}/_faults")


@pytest.fixture
def asked_of_hub(hub):
    def asked(path):
        return loopback.shared.get(f"{hub.url}/_log", params={"path": path}).json()

    return asked


@pytest.fixture
def break_hub(hub):
    def break_hub(**fault):
        loopback.shared.post(f"{hub.url}/_faults", json=fault).raise_for_status()

    return break_hub
