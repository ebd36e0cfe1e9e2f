"""What is taken back is refused within two seconds in every process that serves."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests import environment
from tests.accounts.authorization import live
from tests.accounts.authorization.live import LiveApp
from tests.live.people import Person, post_form
from tests.mcpendpoint.wire import Wire, request

WITHIN_SECONDS = 2
POLL_SECONDS = 0.05


@dataclass
class Settled:
    """Somebody who signed in at one worker and is served at both."""

    workers: tuple[str, str]
    person: Person
    browser: httpx.Client
    app: LiveApp
    tokens: dict[str, str]
    key: str
    administer: "Administer"

    @property
    def access_token(self) -> str:
        return self.tokens["access_token"]

    def submit(self, path: str, **form: str) -> None:
        post_form(self.browser, path, form).raise_for_status()

    def path_on_settings(self, pattern: str) -> str:
        return re.search(pattern, self.browser.get("/settings/apps/").text)[0]

    def statuses(self, token: str) -> list[int]:
        return [Wire(f"{worker}/mcp", token).post(LIST).status_code for worker in self.workers]


LIST = request("tools/list")


class Administer:
    """Runs what an administrator types into `manage.py shell`, in a process of its own."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = {**environment.SETTINGS, **env}

    def __call__(self, statement: str) -> None:
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", statement]
        subprocess.run(command, env=self._env, check=True, capture_output=True)


@pytest.fixture
def somebody(workers, worker_env, new_user, sign_in) -> Iterator[Settled]:
    person = new_user()
    browser = sign_in(SimpleNamespace(url=workers[0]), person.token)
    app = live.register(workers[0])
    tokens = app.tokens(browser, resource=[])
    form = {"name": "Laptop", "scopes": ["mcp:read"], "days": ""}
    key = re.search(r"hfmcp_[\w-]{40,}", post_form(browser, "/settings/keys/", form).text)[0]
    settled = Settled(workers, person, browser, app, tokens, key, Administer(worker_env))
    for token in (settled.access_token, key, person.token):
        assert settled.statuses(token) == [200, 200]
    return settled


def revoke_token(who: Settled) -> None:
    who.app.revoke(who.access_token)


def revoke_refresh_token(who: Settled) -> None:
    who.app.revoke(who.tokens["refresh_token"])


def use_refresh_token_twice(who: Settled) -> None:
    who.tokens = who.app.refresh(old := who.tokens["refresh_token"]).json()
    assert who.statuses(who.access_token) == [200, 200]
    who.administer("from tests.accounts.authorization import flow; flow.let_grace_pass()")
    assert who.app.refresh(old).status_code == 400


def disconnect(who: Settled) -> None:
    who.submit(who.path_on_settings(r"/settings/apps/\d+/disconnect/"))


def sign_out_everywhere(who: Settled) -> None:
    who.submit("/settings/sign-out-everywhere/", revoke_keys="on")


def revoke_key(who: Settled) -> None:
    who.submit(who.path_on_settings(r"/settings/keys/\d+/revoke/"))


def remove_account(who: Settled) -> None:
    who.submit("/settings/account/remove/")


def deactivate_user(who: Settled) -> None:
    users = "from accounts.models import User; User.objects"
    who.administer(f"{users}.filter(username={who.person.name!r}).update(is_active=False)")


def lock_client_out(who: Settled) -> None:
    who.administer(f"{_client(who)}.update(is_active=False)")


def remove_client(who: Settled) -> None:
    who.administer(f"{_client(who)}.delete()")


def _client(who: Settled) -> str:
    clients = "from accounts.authorization.models import Application as A; A.objects"
    return f"{clients}.filter(client_id={who.app.client_id!r})"


BY_TOKEN = [
    revoke_token,
    revoke_refresh_token,
    use_refresh_token_twice,
    disconnect,
    sign_out_everywhere,
    remove_account,
    deactivate_user,
    lock_client_out,
    remove_client,
]
BY_KEY = [revoke_key, sign_out_everywhere, remove_account, deactivate_user]


@pytest.mark.parametrize("take_back", BY_TOKEN)
def test_a_token_that_is_taken_back_is_refused_by_every_worker(somebody, take_back):
    take_back(somebody)

    assert_refused_everywhere(somebody, somebody.access_token)


@pytest.mark.parametrize("take_back", BY_KEY)
def test_a_key_that_is_taken_back_is_refused_by_every_worker(somebody, take_back):
    take_back(somebody)

    assert_refused_everywhere(somebody, somebody.key)


def test_a_deactivated_person_has_no_use_of_a_token_of_hugging_face(somebody):
    deactivate_user(somebody)

    assert_refused_everywhere(somebody, somebody.person.token)


@pytest.mark.parametrize("end", [sign_out_everywhere, remove_account, deactivate_user])
def test_no_session_goes_on_at_any_worker(somebody, end):
    cookies = dict(somebody.browser.cookies)

    end(somebody)

    for worker in somebody.workers:
        page = httpx.get(f"{worker}/settings/", cookies=cookies)
        assert page.status_code == 302


def test_no_page_of_the_dashboard_goes_on_at_another_worker(workers, sign_in):
    one, other = workers
    browser = sign_in(SimpleNamespace(url=one), "hf_admin")
    cookies = {"Cookie": f"sessionid={browser.cookies['sessionid']}"}
    address = f"ws{other.removeprefix('http')}/ws/dashboard/"
    with connect(address, origin=other, additional_headers=cookies, proxy=None) as socket:
        socket.recv(timeout=10)

        post_form(browser, "/settings/sign-out-everywhere/", {})

        deadline = time.monotonic() + WITHIN_SECONDS
        with pytest.raises(ConnectionClosed):
            while time.monotonic() < deadline:
                socket.recv(timeout=WITHIN_SECONDS)


def assert_refused_everywhere(who: Settled, token: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while (statuses := who.statuses(token)) != [401, 401]:
        assert time.monotonic() < deadline, statuses
        time.sleep(POLL_SECONDS)
