"""Which addresses are of the internet, and which of a network that only we can reach. Pure: no I/O.

What somebody names is fetched from the former only: client documents, files that an answer of the
Hub points to. Nothing that IANA lists as special is among them, not even what is said to be
globally reachable: such an address leads to whatever is nearest, such as our own router.

https://www.iana.org/assignments/iana-ipv4-special-registry
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_SPECIAL_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast has a registry of its own
            "240.0.0.0/4",
        ),
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that IANA gives out. What is elsewhere is somebody's own, such as 64:ff9b:1::/48,
which can lead to any IPv4 address of our own network.
"""
_SPECIAL_IPV6 = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20"))
)
"""Within the above; Teredo is in the first."""

_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    embedded = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    if embedded is not None:
        return is_public(embedded)
    is_special = any(address in network for network in _SPECIAL_IPV6)
    return address in _GLOBAL_UNICAST and not is_special
