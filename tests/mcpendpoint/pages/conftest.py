import pytest

from accounts.models import HubCredential, User
from accounts.preferences import preferences_changed
from mcpendpoint.gradio.discovery import forget_spaces
from mcpendpoint.hub.memory import forget_answers
from tests import loopback


@pytest.fixture
def standins(hub, space, settings):
    settings.HF_ENDPOINT = hub.url
    settings.HF_SPACE_URL = f"{space.url}/s/{{subdomain}}"
    forget_spaces()
    forget_answers()
    loopback.shared.delete(f"{hub.url}/_faults")
    yield
    loopback.shared.delete(f"{hub.url}/_faults")


@pytest.fixture
def break_hub(hub):
    def break_hub(**fault):
        loopback.shared.post(f"{hub.url}/_faults", json=fault).raise_for_status()

    return break_hub


@pytest.fixture
def alice(db):
    user = User.objects.create_user("alice", hf_id="alice-id")
    HubCredential.objects.create(user=user, kind=HubCredential.Kind.TOKEN, access_token="hf_alice")
    # Other tests have had users of this number: their tokens are remembered for a second.
    preferences_changed.send(sender=User, user_id=user.pk)
    return user
