"""The suite's authorization server scenarios, on a live product with a person in front of it.

The suite prints the address that a browser has to open, and waits at its own for the answer. It has
no scenarios for how a server asks for a credential: tests/accounts/authorization has.
"""

import html
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from tests.conformance.suite import REVISIONS, Scenario, program, read_scenarios
from tests.live.people import Person, new_user, post_form, sign_in
from tests.live.product import Product, start_product
from tests.ports import free_port
from tests.standins.serve import start

NAMES = {"authorization-server-metadata-endpoint", "authorization-code-grant"}
SECONDS = 60


def run() -> list[Scenario]:
    with start("tests.standins.hub") as hub, start_product({"HF_ENDPOINT": hub.url}) as product:
        return [scenario for revision in REVISIONS for scenario in _run(product, revision)]


def _run(product: Product, revision: str) -> list[Scenario]:
    port = free_port()
    client_id = _register(product, f"http://127.0.0.1:{port}/callback")
    with tempfile.TemporaryDirectory(prefix="hfmcp-conformance-") as folder:
        options = {
            "--url": product.url,
            "--client-id": client_id,
            "--resource": f"{product.url}/mcp",
            "--port": str(port),
            "--spec-version": revision,
            "--output-dir": folder,
        }
        command = [*program("authorization"), *(word for pair in options.items() for word in pair)]
        with _started(command) as suite:
            for line in suite.stdout or ():
                if line.startswith(f"{product.url}/oauth/authorize?"):
                    _let_in(product, new_user(), line.strip())
            suite.wait(SECONDS)
        return read_scenarios(Path(folder), revision, required=NAMES)


def _register(product: Product, redirect_uri: str) -> str:
    about = {
        "client_name": "The conformance suite",
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": "none",
    }
    answer = httpx.post(f"{product.url}/oauth/register", json=about, trust_env=False)
    return str(answer.raise_for_status().json()["client_id"])


@contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _let_in(product: Product, person: Person, url: str) -> None:
    """Agree, and follow the way back to the client."""
    with closing(sign_in(product, person.token)) as browser:
        page = browser.get(url).raise_for_status()
        scopes = re.findall(r'name="scopes" value="([^"]+)"', page.text)
        left = post_form(browser, url, {"decision": "allow", "scopes": scopes})
        onward = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', left.text)
        assert onward, left.text
        httpx.get(html.unescape(onward[1]), trust_env=False).raise_for_status()
