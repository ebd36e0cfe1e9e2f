"""The JSON that programs read from the reference's metrics can be read from ours as well."""

from contextlib import closing

import httpx

from tests.live.product import Product
from tests.parity.servers import Both, Server

PATH = "/api/transport-metrics"
TOKEN = "a-made-up-token-of-programs"
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "Reader", "version": "1.0"},
}


def metrics_of(server: Server, token: str = "") -> dict:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{server.url}{PATH}", headers=headers, trust_env=False, timeout=30).json()


def use(server: Server) -> None:
    server.result("initialize", HELLO)
    server.call("hub_repo_search", {"query": "bert"})


def form_of(told, path=""):
    """Return the kind of each value by its path; of a list, that of what is in it."""
    if isinstance(told, dict):
        parts = [form_of(value, f"{path}.{name}") for name, value in told.items()]
        return {path: "object"} | {name: kind for part in parts for name, kind in part.items()}
    if isinstance(told, list):
        parts = [form_of(value, f"{path}[]") for value in told]
        return {path: "list"} | {name: kind for part in parts for name, kind in part.items()}
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return {path: "number" if is_number else type(told).__name__}


def test_all_that_we_tell_has_the_name_and_the_form_that_it_has_there(both: Both, make_product):
    product: Product = make_product(DASHBOARD_TOKEN=TOKEN)
    with closing(Server(product.url)) as ours:
        use(both.reference)
        use(ours)
        theirs = form_of(metrics_of(both.reference))
        told = _once_counted(ours)

    ours_only = {path: kind for path, kind in form_of(told).items() if theirs.get(path) != kind}
    # Sent by the reference with streams of sessions alone, which it has by stdio.
    assert {path.split(".")[1] for path in ours_only} == {"pings"}


def _once_counted(server: Server) -> dict:
    for _ in range(100):
        told = metrics_of(server, TOKEN)
        if told["requests"]["total"] >= 2:
            return told
    raise AssertionError("Nothing was counted.")
