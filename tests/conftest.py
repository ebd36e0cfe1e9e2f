"""Servers that tests run against, each started once a session and only when a test asks for it."""

import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from contextvars import copy_context
from functools import partial
from pathlib import Path

import httpx
import pytest
from django.db import connection
from playwright.async_api import Browser, Page, async_playwright

from tests import node
from tests.live import people
from tests.live.migrated import make_database, postgres_template
from tests.live.product import OAUTH_CLIENT, Product, start_product
from tests.live.storage import POSTGRES_URL, fresh_storage, missing_programs
from tests.needs import need
from tests.ports import free_port
from tests.standins.serve import Running, start
from tests.virtualenvs import STANDIN

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


SLOW = (
    "live/",
    "looks/",
    "dashboard/test_live.py",
    "standins/test_demo.py",
    "mcpendpoint/test_flood.py",
)
SLOWEST = ("accounts/authorization/test_on_postgresql.py",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-gradio",
        action="store_true",
        help="with apps of all versions of Gradio, and clients that make types of their schemas",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that in the end no process waits for another."""
    folder = f"{Path(__file__).parent.name}/"
    for names in (SLOW, SLOWEST):
        starts = tuple(f"{folder}{name}" for name in names)
        items.sort(key=lambda item: not item.nodeid.startswith(starts))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let each test have its own context variables, as each request has.

    Django's client brings those that an async view has set back to whoever called it: the budget
    of a request to /mcp would count for all tests after it.
    """
    test = pyfuncitem.obj
    pyfuncitem.obj = partial(copy_context().run, test)
    try:
        return (yield)
    finally:
        pyfuncitem.obj = test


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep SQLite in a file, as the product does.

    In memory, threads share one cache, and there who finds a table in use by another is refused at
    once ("table is locked") instead of waiting: https://www.sqlite.org/sharedcache.html
    """
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "db.sqlite3"
        make_database(file)
        connection.settings_dict["TEST"]["NAME"] = str(file)
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = postgres_template(POSTGRES_URL)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Take what is migrated already; who made it takes it away."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def standin_ports() -> dict[str, int]:
    """Ports of the stand-ins, chosen first: they know each other's whether they run or not."""
    return {name: free_port() for name in ("hub", "oauth", "space")}


@pytest.fixture(scope="session")
def hub(standin_ports: dict[str, int]) -> Iterator[Running]:
    """The stand-in Hub; with `oauth` it is its users' sign-in as well, at the same origin."""
    env = {"OAUTH_STANDIN_URL": f"http://127.0.0.1:{standin_ports['oauth']}"}
    with start("tests.standins.hub", "--port", str(standin_ports["hub"]), env=env) as running:
        yield running


@pytest.fixture(scope="session")
def oauth(hub: Running, standin_ports: dict[str, int]) -> Iterator[Running]:
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")
    env = {"PORT": str(standin_ports["oauth"]), "ISSUER": hub.url}
    with start("tests.standins.oauth", env=env) as running:
        yield running


@pytest.fixture(scope="session")
def space(standin_ports: dict[str, int]) -> Iterator[Running]:
    need(STANDIN.is_installed, "the stand-in Space is not installed (python -m tests.virtualenvs)")
    with start("tests.standins.space", "--port", str(standin_ports["space"])) as running:
        yield running


@pytest.fixture(scope="session")
def product_env(hub: Running, standin_ports: dict[str, int]) -> dict[str, str]:
    """Settings of a product that knows the stand-ins."""
    return {
        "HF_ENDPOINT": hub.url,
        "HF_DATASETS_SERVER": f"{hub.url}/datasets-server",
        "HF_SPACE_URL": f"http://127.0.0.1:{standin_ports['space']}/s/{{subdomain}}",
        "HF_JOBS_URL": f"{hub.url}/_jobs/{{job_id}}--{{port}}.hf.jobs",
    }


@pytest.fixture(scope="session")
def product(product_env: dict[str, str]) -> Iterator[Product]:
    """The product, live, on SQLite, where people sign in with a pasted token.

    A test that calls Space tools asks for `space` too.
    """
    with start_product(product_env) as running:
        yield running


@pytest.fixture(scope="session")
def oauth_product(product_env: dict[str, str], oauth: Running) -> Iterator[Product]:
    """The product, live, where people sign in with Hugging Face."""
    with start_product(product_env | OAUTH_CLIENT) as running:
        yield running


@pytest.fixture
def make_product(product_env: dict[str, str]) -> Iterator[Callable[..., Product]]:
    """Start a product of the test's own: `make_product(NAME="value")` sets settings."""
    with ExitStack() as products:
        yield lambda **env: products.enter_context(start_product(product_env | env))


@pytest.fixture
def postgres_product(product_env: dict[str, str]) -> Iterator[Callable[..., Product]]:
    """Start workers that share one fresh PostgreSQL database and one Redis."""
    with shared_storage() as storage, ExitStack() as products:
        shared = product_env | storage
        yield lambda **env: products.enter_context(start_product(shared | env))


@contextmanager
def shared_storage() -> Iterator[dict[str, str]]:
    missing = missing_programs()
    need(missing is None, missing or "")
    with fresh_storage() as storage:
        yield storage


@pytest.fixture(scope="session")
def worker_env(product_env: dict[str, str]) -> Iterator[dict[str, str]]:
    """Settings that `workers` share."""
    port = free_port()
    with shared_storage() as storage:
        own = {
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "OAUTH_REGISTRATIONS_PER_HOUR": "10000",
        }
        yield {**product_env, **storage, **OAUTH_CLIENT, **own}


@pytest.fixture(scope="session")
def workers(worker_env: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The addresses of two workers that are one server; the first is the public one.

    A test in which people sign in with Hugging Face asks for `oauth` too.
    """
    first = worker_env["PUBLIC_URL"]
    second = f"http://127.0.0.1:{free_port()}"
    with ExitStack() as products:
        for url in (first, second):
            port = {"PORT": url.rpartition(":")[2]}
            products.enter_context(start_product(worker_env | port))
        yield first, second


@pytest.fixture(scope="session")
def chromium() -> Path:
    need(CHROMIUM.exists(), "Chromium is not installed (CHROMIUM says where it is)")
    return CHROMIUM


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """A real browser. Its tests are async: Playwright's sync API does not mix with asyncio."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield running
        await running.close()


@pytest.fixture
async def page(browser: Browser) -> Page:
    context = await browser.new_context()
    context.set_default_timeout(60_000)
    return await context.new_page()


@pytest.fixture
def sign_in() -> Iterator[Callable[[Product, str], httpx.Client]]:
    """Sign in to a live product with a pasted token: `sign_in(product, "hf_alice")`."""
    with ExitStack() as clients:
        yield lambda product, token: clients.enter_context(closing(people.sign_in(product, token)))


@pytest.fixture
def new_user() -> Callable[[], people.Person]:
    """Make up a user that no other test knows: `new_user().token`."""
    return people.new_user


@pytest.fixture
def new_writer(product: Product) -> Callable[[], people.Person]:
    """Make up a user who lets URLs switch on tools that write or spend."""

    def make() -> people.Person:
        person = people.new_user()
        people.let_urls_write(product, person.token)
        return person

    return make


@pytest.fixture(autouse=True)
def _no_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages handled inside the test process are not counted: the dashboard's tests do that."""
    monkeypatch.setattr("mcpendpoint.protocol.records._listeners", [])
    monkeypatch.setattr("accounts.outgoing.watching._listeners", [])
