import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from mcpendpoint.tools.bouquets import BOUQUETS
from mcpendpoint.tools.registry import TOOLS
from tests.live.people import Person, post_form
from tests.live.product import Product
from tests.mcpendpoint.conftest import save_tools
from tests.stdio_program import COMMAND

DEFAULT_TOOLS = ["hf_whoami", "hub_repo_search", "hub_repo_details", "hf_fs"]


@dataclass(frozen=True)
class Account:
    """Where a client connects to, with what, and what it should find there."""

    url: str
    tools: list[str]
    name: str
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    program: dict[str, Any] = field(default_factory=dict)
    """What to start instead: `command`, `args` and `env`, as all clients call them."""


def _account(url: str, tools: list[str], name: str, token: str) -> Account:
    return Account(url, tools, name, token, {"Authorization": f"Bearer {token}"})


@pytest.fixture(params=["anonymous", "hf_token", "access_key"])
def account(
    request: pytest.FixtureRequest,
    product: Product,
    new_user: Callable[[], Person],
    sign_in: Callable[[Product, str], httpx.Client],
) -> Account:
    shared = f"{product.url}/mcp?gradio=none"
    if request.param == "anonymous":
        return Account(shared, DEFAULT_TOOLS, name="")
    person = new_user()
    if request.param == "hf_token":
        return _account(shared, DEFAULT_TOOLS, person.name, person.token)
    client = sign_in(product, person.token)
    save_tools(client, "hub_repo_search")
    page = post_form(
        client, "/settings/keys/", {"name": "a client", "scopes": ["mcp:read", "mcp:spaces"]}
    ).text
    key = re.findall(r"hfmcp_[A-Za-z0-9_-]{20,}", page)[0]
    tools = ["hf_whoami", "hub_repo_search"]
    return _account(f"{product.url}/u/{person.name}/mcp", tools, person.name, key)


@pytest.fixture(params=["anonymous", "variable", "file"])
def program_account(
    request: pytest.FixtureRequest,
    product_env: dict[str, str],
    new_user: Callable[[], Person],
    tmp_path: Path,
) -> Account:
    """Who starts the product on this computer, and where their token is."""
    person = new_user()
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], **product_env}
    if request.param == "variable":
        env["HF_TOKEN"] = person.token
    elif request.param == "file":
        file = tmp_path / ".cache" / "huggingface" / "token"
        file.parent.mkdir(parents=True)
        file.write_text(person.token)
    command, *arguments = COMMAND
    program = {"command": command, "args": [*arguments, "--gradio", "none"], "env": env}
    name = "" if request.param == "anonymous" else person.name
    return Account("", DEFAULT_TOOLS, name, program=program)


@pytest.fixture
def everything(product: Product, new_writer: Callable[[], Person]) -> Account:
    """Somebody who has every tool, whatever bouquet it is in."""
    person = new_writer()
    bouquets = ",".join(bouquet.name for bouquet in BOUQUETS)
    url = f"{product.url}/mcp?gradio=none&mix={bouquets}"
    return _account(url, [tool.name for tool in TOOLS], person.name, person.token)
