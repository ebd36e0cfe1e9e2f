"""The client's address behind trusted proxies. Pure: no I/O.

Of `X-Forwarded-For` only the part that trusted proxies have added is believed.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from accounts.caching import remember_short

Proxies = int | tuple[IPv4Network | IPv6Network, ...]
"""How many proxies every request passes through, or from which networks they come."""

IPV6_SUBSCRIBER_BITS = 64
MAX_HOPS = 20

_MAPPED_BITS = 96
"""Those before an IPv4 address within IPv6, ::ffff:0:0/96."""


def read_proxies(text: str) -> Proxies:
    """Read a number, or a comma-separated list of addresses and networks. Raises ValueError."""
    if text.isascii() and text.isdigit():
        return int(text)
    words = [word.strip() for word in text.split(",") if word.strip()]
    return tuple(map(read_network, words))


def client_behind(peer: str, forwarded_for: Sequence[str], trusted: Proxies) -> str:
    """Return the address of the client; `forwarded_for` is each line of that header.

    "" when the request came by no network.
    """
    if not trusted or not forwarded_for:
        return peer
    hops = [hop for line in forwarded_for for hop in line.split(",")][-MAX_HOPS:]
    if isinstance(trusted, int):
        return _client_by_hops(trusted, peer, hops)
    return _first_untrusted(trusted, peer, hops)


def came_by_proxy(peer: str, forwarded_for: Sequence[str], trusted: Proxies) -> bool:
    """Whether a request came through as many proxies as there are, or from one of theirs."""
    if isinstance(trusted, int):
        hops = sum(line.count(",") + 1 for line in forwarded_for)
        return 0 < trusted <= hops
    return bool(trusted) and _is_proxy(peer, trusted)


def _is_proxy(peer: str, trusted: Sequence[IPv4Network | IPv6Network]) -> bool:
    address = read_address(peer)
    # A proxy on this machine may come by a Unix socket, which has no address.
    return not peer or bool(address and any(address in network for network in trusted))


def _client_by_hops(count: int, peer: str, hops: list[str]) -> str:
    # The last proxy is the peer itself; each one has added whom it heard from.
    if len(hops) < count:
        return peer  # somebody who goes around the proxies, and writes what they like
    claimed = read_address(hops[-count])
    return str(claimed) if claimed else peer


def _first_untrusted(
    trusted: Sequence[IPv4Network | IPv6Network], peer: str, hops: list[str]
) -> str:
    nearest = peer
    for hop in reversed(hops):
        if not _is_proxy(nearest, trusted):
            break
        claimed = read_address(hop)
        if claimed is None:
            break
        nearest = str(claimed)
    return nearest


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, with a port or without; None for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def read_network(text: str) -> IPv4Network | IPv6Network:
    """Read a network, or an address as one. Raises ValueError.

    IPv4 within IPv6 becomes IPv4, as read_address has it.
    """
    network = ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < _MAPPED_BITS:
        return network
    return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))


@remember_short(max_bytes=4_000_000, max_chars=50)
def network_of(address: str) -> str:
    """Return the network of one customer: an IPv4 address, or a /64 of IPv6."""
    parsed = read_address(address)
    if parsed is None:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(ip_network((int(parsed), IPV6_SUBSCRIBER_BITS), strict=False))
    return str(parsed)
