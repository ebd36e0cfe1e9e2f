"""LangChain, on version 1 of the Python SDK: an HTTP error would end its session for good."""

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from tests.clients.conftest import Account
from tests.live.people import let_urls_write, post_form
from tests.mcpendpoint.conftest import save_tools
from tests.needs import need
from tests.standins.serve import ROOT
from tests.virtualenvs import OLDER_CLIENTS

WHOAMI = {"name": "hf_whoami", "arguments": {}}
SECONDS = 120


@dataclass(frozen=True)
class Visit:
    tools: list[str]
    results: list[dict[str, Any]]

    @property
    def statuses(self) -> list[str]:
        return [result["status"] for result in self.results]


@pytest.fixture
def visit():
    """Connect with LangChain, list the tools and make calls, in one session or one for each."""
    need(OLDER_CLIENTS.is_installed, "LangChain is not installed (python -m tests.virtualenvs)")

    def visit(account: Account, *calls: dict[str, Any], is_one_session: bool = True) -> Visit:
        connection = account.program and {"transport": "stdio", **account.program}
        connection = connection or {
            "transport": "http",
            "url": account.url,
            "headers": account.headers,
        }
        asked = {"connection": connection, "calls": calls}
        finished = subprocess.run(
            [OLDER_CLIENTS.python, "-m", "tests.clients.older.visit"],
            input=json.dumps(asked | {"is_one_session": is_one_session}),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=ROOT,
        )
        assert finished.returncode == 0, finished.stderr
        return Visit(**json.loads(finished.stdout))

    return visit


@pytest.fixture
def painter(product, space) -> Account:
    """Somebody without an account who has the tools of a Space."""
    return Account(f"{product.url}/mcp?gradio=acme/image-maker", [], name="")


@pytest.mark.parametrize("is_one_session", [True, False])
def test_it_connects_lists_and_calls(visit, account, is_one_session):
    found = visit(account, WHOAMI, WHOAMI, is_one_session=is_one_session)

    assert found.tools == account.tools
    assert found.statuses == ["success"] * 2
    assert account.name in found.results[1]["text"]


def test_it_starts_the_program_and_lists_and_calls(visit, program_account):
    found = visit(program_account, WHOAMI, WHOAMI)

    assert found.tools == program_account.tools
    assert found.statuses == ["success"] * 2
    assert program_account.name in found.results[1]["text"]


def test_it_takes_every_tool_that_there_is(visit, everything):
    assert visit(everything).tools == everything.tools


def test_it_hears_of_the_progress_of_a_space(visit, painter):
    count = {"name": "slow_count", "arguments": {"seconds": 1}}

    (result,) = visit(painter, count).results

    assert "1 2 3 4 5" in result["text"]
    assert result["progress"]
    assert result["progress"] == sorted(set(result["progress"]))


def test_a_call_that_it_cancels_does_not_end_its_session(visit, painter):
    count = {"name": "slow_count", "arguments": {"seconds": 30}, "leave": True}
    greet = {"name": "greet", "arguments": {"name": "Ada"}}

    found = visit(painter, count, greet)

    assert found.statuses == ["left", "success"]
    assert "Ada" in found.results[1]["text"]


@pytest.mark.parametrize("length", [450_000, 900_000])
def test_an_answer_as_large_as_any_is_taken(visit, painter, length):
    """What a Space said is in it twice, as text and as structured content."""
    greet = {"name": "greet", "arguments": {"name": "a" * length}}

    found = visit(painter, greet, WHOAMI)

    assert found.statuses == ["success", "success"]
    assert len(found.results[0]["text"]) > 400_000


def test_an_error_of_a_space_does_not_end_its_session(visit, painter):
    fail = {"name": "fail", "arguments": {"message": "out of paint"}}

    found = visit(painter, fail, WHOAMI)

    assert found.statuses == ["error", "success"]
    assert "out of paint" in found.results[0]["text"]


def test_a_scope_that_a_key_lacks_does_not_end_its_session(visit, product, new_user, sign_in):
    person = new_user()
    browser = sign_in(product, person.token)
    save_tools(browser, "hf_whoami", "create_repo")
    asked = {"name": "a client", "scopes": ["mcp:read"]}
    page = post_form(browser, "/settings/keys/", asked).text
    key = re.findall(r"hfmcp_[A-Za-z0-9_-]{20,}", page)[0]
    account = Account(
        f"{product.url}/u/{person.name}/mcp",
        [],
        person.name,
        headers={"Authorization": f"Bearer {key}"},
    )
    create = {"name": "create_repo", "arguments": {"uri": f"hf://models/{person.name}/notes"}}

    found = visit(account, create, WHOAMI)

    assert found.statuses == ["error", "success"]
    assert "mcp:write" in found.results[0]["text"]
    assert person.name in found.results[1]["text"]


def test_a_limit_on_a_class_of_tools_does_not_end_its_session(visit, make_product, new_user):
    product = make_product(LIMIT_WRITE_PER_MINUTE="1")
    person = new_user()
    let_urls_write(product, person.token)
    account = Account(
        f"{product.url}/mcp?gradio=none&bouquet=write",
        [],
        person.name,
        headers={"Authorization": f"Bearer {person.token}"},
    )
    creates = [
        {"name": "create_repo", "arguments": {"uri": f"hf://models/{person.name}/{name}"}}
        for name in ("one", "two")
    ]

    found = visit(account, *creates, WHOAMI)

    assert found.statuses == ["success", "error", "success"]
    assert "Too many calls" in found.results[1]["text"]
