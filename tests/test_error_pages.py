"""What people are shown when something goes wrong says what to do next, on a page of ours."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.views import defaults

LOCAL = {"host": "localhost"}


def test_a_page_that_there_is_not_leads_back(client):
    answer = client.get("/there/is/none", headers=LOCAL)

    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert 'href="/"' in answer.text


def test_a_form_from_elsewhere_is_refused_with_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/sign-out/", headers=LOCAL)

    assert answer.status_code == 403
    assert "try again" in answer.text
    assert "Traceback" not in answer.text


def test_a_request_for_another_host_is_refused_on_a_page_of_ours(client):
    answer = client.get("/sign-in/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "Hugging Face MCP" in answer.text
    assert "ALLOWED_HOSTS" in answer.text
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    ("status", "fail"),
    [
        (403, lambda request: defaults.permission_denied(request, PermissionDenied())),
        (500, defaults.server_error),
    ],
)
def test_every_other_failure_has_a_page_of_ours(rf, status, fail):
    answer = fail(rf.get("/"))

    assert answer.status_code == status
    assert "Hugging Face MCP" in answer.content.decode()
