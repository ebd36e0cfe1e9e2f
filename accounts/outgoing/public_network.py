"""A network backend that connects to public addresses only, for untrusted URLs.

Nobody may make us ask a host of our own network. A name is looked up when a connection is made, and
the address that was judged is the one that is connected to: a second look-up could give another.
The name stays what the connection is kept under and what TLS verifies.
"""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpcore2
from django.conf import settings

from accounts.outgoing.errors import NotAUrl, NotPublic, NotReached
from accounts.outgoing.public_addresses import Address, is_public

HTTPS_PORT = 443


class PublicNetwork(httpcore2.AsyncNetworkBackend):
    def __init__(self, *, any_port: bool = False, beside_hub: bool = False) -> None:
        self._any_port = any_port
        self._beside_hub = beside_hub
        """Whether a Hub that runs on this machine may have the same here, on any port, and without
        TLS.
        """
        self._network = httpcore2.AnyIOBackend()

    def check_url(self, url: str) -> None:
        """Raises OutgoingError for anything but https to what may be a host of the internet."""
        try:
            parts = urlsplit(url)
            name, port = parts.hostname, parts.port
        except ValueError as error:
            raise NotAUrl("There is nothing to ask at such a URL.") from error
        if not name or parts.username is not None or parts.password is not None:
            raise NotAUrl("There is nothing to ask at such a URL.")
        if self._may_be_loopback() and is_loopback(url) and parts.scheme in ("http", "https"):
            return
        if parts.scheme != "https":
            raise NotPublic("It is not reached by https.")
        if port not in (None, HTTPS_PORT) and not self._any_port:
            raise NotPublic("It is on another port than that of https.")

    async def find(self, url: str) -> list[Address]:
        """Return the addresses of a URL's host. Raises OutgoingError if any is not allowed."""
        self.check_url(url)
        parts = urlsplit(url)
        return await self._look_up(parts.hostname or "", parts.port or HTTPS_PORT)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        *others, last = await self._look_up(host, port)
        for address in others:
            try:
                return await self._network.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._network.connect_tcp(
            str(last), port, timeout, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _look_up(self, name: str, port: int) -> list[Address]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotReached("The host could not be found.") from error
        addresses = {ip_address(str(entry[4][0]).partition("%")[0]) for entry in found}
        if not addresses:
            raise NotReached("The host could not be found.")
        is_beside_hub = self._may_be_loopback() and all(each.is_loopback for each in addresses)
        if not is_beside_hub and not all(map(is_public, addresses)):
            raise NotPublic("It is in a private network.")
        if not is_beside_hub and not self._any_port and port != HTTPS_PORT:
            raise NotPublic("It is on another port than that of https.")
        return sorted(addresses, key=lambda address: (address.version, address))

    def _may_be_loopback(self) -> bool:
        return self._beside_hub and is_loopback(settings.HF_ENDPOINT)


def is_loopback(url: str) -> bool:
    """Whether a URL, such as the Hub's, is of this machine by its name."""
    name = urlsplit(url).hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
