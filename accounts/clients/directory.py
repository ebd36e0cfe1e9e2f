"""Every client that there is a guide to. Pure: no I/O."""

from itertools import groupby

from accounts.clients.code import CODE
from accounts.clients.desktop import DESKTOP
from accounts.clients.editors import EDITORS
from accounts.clients.guide import Address, Client, Group, Step, Way
from accounts.clients.terminal import TERMINAL
from accounts.clients.web import WEB

CLIENTS: tuple[Client, ...] = (*EDITORS, *DESKTOP, *TERMINAL, *WEB, *CODE)
"""In the order to show them."""

_by_slug = {client.slug: client for client in CLIENTS}


def find_client(slug: str) -> Client | None:
    return _by_slug.get(slug)


def grouped_clients() -> list[tuple[Group, list[Client]]]:
    return [(group, list(them)) for group, them in groupby(CLIENTS, lambda each: each.group)]


def guides_with_key(address: Address) -> list[tuple[Client, list[Step]]]:
    """Return what to do in each client that takes an access key, with the one in the address."""
    return [(client, client.steps(address)) for client in CLIENTS if Way.KEY in client.ways]
