"""Tells hosts of the internet from those of our own network, which nobody may make us ask.

A name is looked up once and what was checked is what is connected to: a second look-up could give
another address.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from accounts.public_addresses import Address, is_public
from mcpendpoint.hub.errors import HubBadAnswer, HubUnavailable


@dataclass(frozen=True)
class Target:
    """A URL, and the checked address that its host has."""

    address_url: str
    """The URL with the address in place of the host's name."""
    host: str
    """What to name in the Host header."""
    tls_name: str
    """Whose certificate has to be shown."""


def is_loopback(url: str) -> bool:
    """Whether a URL of ours, such as the Hub's, is of this machine."""
    name = urlsplit(url).hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


async def resolve(url: str, *, allow_loopback: bool) -> Target:
    """Raises HubBadAnswer for anything but https to the internet.

    `allow_loopback` is for a Hub that runs on this machine: its storage does, too, without TLS.
    """
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError as error:
        raise HubBadAnswer("The Hub pointed to something that is no URL.") from error
    if not name or parts.username is not None or parts.password is not None:
        raise HubBadAnswer("The Hub pointed to something that is no URL of a file.")
    if parts.scheme != "https" and not (allow_loopback and parts.scheme == "http"):
        raise HubBadAnswer("The Hub pointed to storage without https, which is not used.")
    addresses = await _addresses(name, port or (443 if parts.scheme == "https" else 80))
    for address in addresses:
        is_allowed = is_public(address) and parts.scheme == "https"
        if not is_allowed and not (allow_loopback and address.is_loopback):
            raise HubBadAnswer("The Hub pointed to storage in a private network.")
    return _target(parts, name, addresses[0])


async def _addresses(name: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HubUnavailable("The Hub's storage could not be found.") from error
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise HubUnavailable("The Hub's storage could not be found.")
    return sorted(addresses, key=lambda address: address.version)


def _target(parts: SplitResult, name: str, address: Address) -> Target:
    numeric = f"[{address}]" if address.version == 6 else str(address)
    port = f":{parts.port}" if parts.port is not None else ""
    host = parts.netloc.rpartition("@")[2]
    return Target(parts._replace(netloc=f"{numeric}{port}").geturl(), host, name)
