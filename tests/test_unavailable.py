"""While the database does not answer, everybody is told to come back, in a form they can read."""

import re

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import OperationalError, connection
from django.test import Client

from accounts.shared_cache import SharedCache
from tests.accounts.conftest import make_user
from tests.ports import free_port
from tests.routes import all_routes, path_of

FILLED = {"username": "alice", "format_name": "csv", "space_id": "owner/name"}
JSON = re.compile(r"^/(oauth/(token|register|revoke|jwks)$|dashboard/api/|api/|\.well-known/)")


def address_of(route):
    return path_of(route, lambda kind, name: FILLED.get(name, "1" if kind == "int" else "x"))


@pytest.fixture
def visitor(db):
    """An admin's browser, whose server then loses its database."""
    admin = make_user("admin")
    admin.is_staff = True
    admin.save()
    client = Client(raise_request_exception=False)
    client.force_login(admin)

    def fail(*args):
        raise OperationalError("could not connect to server")

    with connection.execute_wrapper(fail):
        yield client


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", all_routes())
def test_every_route_says_so_in_its_readers_form(visitor, route, method):
    path = address_of(route)

    answer = getattr(visitor, method)(path, headers={"host": "localhost", "accept": "text/html"})

    assert answer.status_code != 500
    if answer.status_code == 503:
        assert answer["Retry-After"] == "5"
        assert answer["Cache-Control"] == "no-store"
        is_json = bool(JSON.match(path)) or answer["Content-Type"] == "application/json"
        assert answer.json()["error"] if is_json else "Try again in a moment" in answer.text
        assert "could not connect" not in answer.text


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
def test_clients_get_the_error_that_oauth_has_for_it(visitor, path):
    form = {"grant_type": "refresh_token", "client_id": "x", "refresh_token": "y", "token": "z"}

    answer = visitor.post(path, form, headers={"host": "localhost"})

    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"


def test_the_settings_are_a_page_that_says_to_come_back(visitor):
    answer = visitor.get("/settings/", headers={"host": "localhost"})

    assert answer.status_code == 503
    assert "Try again in a moment" in answer.text


def test_without_redis_each_worker_counts_by_itself():
    cache = SharedCache(f"redis://127.0.0.1:{free_port()}", {})
    cache.own = LocMemCache("a test", {})

    assert cache.add("count", 0)
    assert not cache.add("count", 0)
    assert (cache.incr("count"), cache.get("count")) == (1, 1)
    SharedCache.away_until = 0.0


def test_a_session_that_cannot_be_saved_is_no_bad_request(db):
    client = Client(raise_request_exception=False)
    client.force_login(make_user("alice"))

    def fail_to_save_session(execute, sql, *args):
        if sql.startswith("UPDATE") and "django_session" in sql:
            raise OperationalError("disk full")
        return execute(sql, *args)

    def save(tool):
        return client.post("/settings/tools/", {"tools": tool}, headers={"host": "localhost"})

    save("hub_repo_search")
    with connection.execute_wrapper(fail_to_save_session):
        answer = save("hub_repo_details")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
