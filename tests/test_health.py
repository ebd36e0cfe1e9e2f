"""What tells whether a process lives, and whether it can serve."""

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection

from hfmcp_site.health import HealthChecks
from tests.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)


async def not_found(scope, receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(path, checks=None, method="GET", host="10.0.0.7:8000"):
    async def send():
        transport = httpx.ASGITransport(checks or HealthChecks(not_found))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://{host}{path}")

    return async_to_sync(send)()


def test_process_that_lives_says_so_to_whatever_host_is_asked():
    answer = ask("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


def test_server_that_can_serve_is_ready(settings):
    settings.REDIS_URL = ""

    answer = ask("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "pages": "ok", "redis": "not used"},
    }


def test_server_without_redis_is_degraded_and_serves(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    answer = ask("/readyz")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["checks"]["redis"]) == (
        "degraded",
        "unreachable",
    )


def test_server_without_database_lives_and_is_not_ready(settings, caplog):
    settings.REDIS_URL = ""

    def fail(*args):
        raise OperationalError("could not connect to db.internal")

    with connection.execute_wrapper(fail):
        answer = ask("/readyz")
        alive = ask("/healthz")

    assert (answer.status_code, alive.status_code) == (503, 200)
    assert answer.json()["checks"]["database"] == "unreachable"
    assert "db.internal" not in answer.text + caplog.text


def test_what_was_found_out_holds_for_a_moment(settings, django_assert_num_queries):
    settings.REDIS_URL = ""
    checks = HealthChecks(not_found)
    ask("/readyz", checks)

    with django_assert_num_queries(0):
        answers = [ask("/readyz", checks) for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize(("path", "method"), [("/healthz", "POST"), ("/", "GET"), ("/x", "GET")])
def test_everything_else_is_for_others(path, method):
    assert ask(path, method=method).status_code == 404
