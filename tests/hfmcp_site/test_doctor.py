"""`hfmcp doctor` finds what is wrong with a deployment, and says what to do."""

import json
import subprocess
import sys
from datetime import timedelta
from email.utils import format_datetime
from io import StringIO

import httpx
import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.utils import timezone

from accounts.models import HubCredential, User
from accounts.proxies import read_proxies
from hfmcp_site.doctor import arrivals
from hfmcp_site.doctor.arrivals import Question, sign
from hfmcp_site.doctor.database import check_keys, check_room
from hfmcp_site.doctor.files import check_free
from hfmcp_site.doctor.findings import Level, examine
from hfmcp_site.doctor.front import Arrival, check_front, check_headers
from hfmcp_site.doctor.hub import check_clock, check_hub, check_oauth_app
from hfmcp_site.doctor.shared_redis import check_memory, check_redis, check_version
from tests.live.product import OAUTH_CLIENT
from tests.live.storage import missing_programs, redis_server
from tests.needs import need
from tests.ports import free_port
from tests.standins.serve import ROOT
from tests.test_starting_and_stopping import env_of, eventually, lives, serving

pytestmark = pytest.mark.django_db


def levels(findings):
    return [level for level, _, _ in findings]


def texts(findings):
    return " ".join(text for _, text, _ in findings)


def arrival(**different):
    facts = {
        "host": "mcp.example.org",
        "proto": "https",
        "hops": 1,
        "peer": "127.0.0.1",
        "client": "203.0.113.9",
        "process": "a",
        "has_mark": None,
    }
    return Arrival(**facts | different)


@pytest.fixture
def behind_a_proxy(settings):
    settings.PUBLIC_URL = "https://mcp.example.org"
    settings.TRUSTED_PROXIES = 1


@pytest.mark.parametrize(
    ("different", "word"),
    [
        ({"proto": "http"}, "cookies and sign-in fail"),
        ({"host": "127.0.0.1:8000"}, "another Host"),
        ({"hops": 0}, "0 proxies say"),
        ({"hops": 2}, "TRUSTED_PROXIES is 1"),
    ],
)
def test_a_proxy_that_passes_requests_on_wrongly_is_a_failure(behind_a_proxy, different, word):
    found = list(check_headers(arrival(**different)))

    assert Level.FAILURE in levels(found)
    assert word in texts(found)


def test_a_proxy_that_passes_requests_on_as_they_came_is_well(behind_a_proxy):
    assert set(levels(check_headers(arrival()))) == {Level.OK}


def test_a_proxy_of_an_untrusted_network_is_a_failure(behind_a_proxy, settings):
    settings.TRUSTED_PROXIES = read_proxies("10.0.0.0/8")

    found = list(check_headers(arrival(client="127.0.0.1")))

    assert Level.FAILURE in levels(found)


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.OK), (-20, Level.OK), (90, Level.FAILURE)]
)
def test_a_clock_that_sign_in_would_refuse_is_a_failure(seconds, level):
    date = format_datetime(timezone.now() + timedelta(seconds=seconds), usegmt=True)

    assert levels(check_clock(date)) == [level]


@pytest.mark.parametrize(
    ("limit", "policy", "level"),
    [
        (0, "noeviction", Level.WARNING),
        (10**8, "noeviction", Level.WARNING),
        (10**8, "allkeys-lru", Level.OK),
    ],
)
def test_a_redis_that_fills_up_is_warned_of(limit, policy, level):
    assert levels(check_memory(limit, policy)) == [level]


@pytest.mark.parametrize(("version", "level"), [("5.0.1", Level.WARNING), ("7.2.4", Level.OK)])
def test_an_old_redis_is_warned_of(version, level):
    assert levels(check_version(version)) == [level]


def test_a_redis_that_does_not_answer_is_a_failure(settings):
    settings.REDIS_URL = f"redis://user:secret@127.0.0.1:{free_port()}/0"

    found = list(check_redis())

    assert levels(found) == [Level.FAILURE]
    assert "secret" not in str(found)


def test_a_redis_is_tried_as_workers_use_it(settings):
    need(not (missing := missing_programs()), missing or "")
    with redis_server() as url:
        settings.REDIS_URL = url

        found = list(check_redis())

    assert Level.FAILURE not in levels(found)
    assert "Messages between workers arrive." in texts(found)


def test_few_connections_are_warned_of():
    assert levels(check_room(97)) == [Level.OK]
    assert levels(check_room(20)) == [Level.WARNING]


def test_little_room_for_files_is_warned_of(settings):
    settings.FILES_QUOTA_BYTES = 10**9

    assert levels(check_free(10**8, 10**12)) == [Level.WARNING]
    assert levels(check_free(10**11, 10**12)) == [Level.OK]


def test_keys_are_tried_on_what_is_stored(settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.FIELD_ENCRYPTION_KEYS = [old]
    user = User.objects.create(username="alice", hf_id="1" * 24)
    HubCredential.objects.create(user=user, kind="token", access_token="hf_secret")
    found = {}
    for name, keys in {"current": [old], "both": [new, old], "lost": [new]}.items():
        settings.FIELD_ENCRYPTION_KEYS = keys
        found[name] = levels(check_keys())

    assert found == {
        "current": [Level.OK],
        "both": [Level.WARNING],
        "lost": [Level.FAILURE],
    }


def test_a_hub_that_cannot_be_reached_is_a_failure():
    assert levels(check_hub()) == [Level.FAILURE]


@pytest.fixture
def real_app(settings, hub, oauth):
    settings.HF_ENDPOINT = hub.url
    settings.HF_OAUTH_CLIENT_ID = OAUTH_CLIENT["HF_OAUTH_CLIENT_ID"]
    settings.HF_OAUTH_CLIENT_SECRET = OAUTH_CLIENT["HF_OAUTH_CLIENT_SECRET"]
    settings.PUBLIC_URL = "http://127.0.0.1:8000"


def test_an_app_that_hugging_face_knows_is_well(real_app):
    assert set(levels(check_hub())) == {Level.OK}
    assert levels(check_oauth_app()) == [Level.OK, Level.OK]


def test_a_wrong_secret_is_a_failure_and_not_told(real_app, settings):
    settings.HF_OAUTH_CLIENT_SECRET = "another-secret"

    found = list(check_oauth_app())

    assert levels(found)[0] is Level.FAILURE
    assert "another-secret" not in str(found)


def test_an_unknown_app_is_a_failure(real_app, settings):
    settings.HF_OAUTH_CLIENT_ID = "nobody"

    assert levels(check_oauth_app()) == [Level.FAILURE, Level.FAILURE]


def test_a_check_that_breaks_off_tells_no_text_and_stops_no_other():
    def check():
        raise ValueError("postgres://user:secret@host")
        yield

    (found,) = examine("settings", check)

    assert found.level is Level.FAILURE
    assert "secret" not in found.text


def test_the_command_tells_all_as_json_and_fails(settings):
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json", stdout=said)

    told = json.loads(said.getvalue())
    assert ended.value.code == 1
    assert told["ok"] is False
    assert {"topic", "level", "text", "remedy"} == set(told["findings"][0])
    assert [each for each in told["findings"] if each["level"] != "ok" and not each["remedy"]] == []
    for secret in (settings.SECRET_KEY, *settings.FIELD_ENCRYPTION_KEYS):
        assert secret not in said.getvalue()


def test_requests_that_come_back_tell_of_themselves_and_only_to_us(tmp_path, settings):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    files = tmp_path / "files"
    with serving(tmp_path, "--port", str(port), PUBLIC_URL=url, FILES_DIRECTORY=str(files)):
        eventually(lives(url))
        settings.PUBLIC_URL, settings.FILES_DIRECTORY = url, files
        found = list(check_front(wait_seconds=1))
        settings.FILES_DIRECTORY = tmp_path / "elsewhere"
        elsewhere = list(check_front())
        settings.SECRET_KEY = "another-key"
        stranger = list(check_front())
        note = {arrivals.HEADER: sign(Question(silent_seconds=5))}
        plain = httpx.get(f"{url}/healthz", headers=note).json()

    assert set(levels(found)) == {Level.OK}
    assert "All workers that were met (1)" in texts(found)
    assert "do not have this FILES_DIRECTORY" in texts(elsewhere)
    assert levels(stranger) == [Level.FAILURE]
    assert plain == {"status": "ok"}


def test_the_command_of_an_installed_server_ends_with_its_verdict(tmp_path):
    program = "from hfmcp_site.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, "doctor"],
        cwd=ROOT,
        env=env_of(tmp_path),
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 1
    assert "Run `hfmcp migrate`." in ended.stdout
    assert "Traceback" not in ended.stderr
