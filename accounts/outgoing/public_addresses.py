"""Which addresses are of the internet, and which of a network that only we can reach. Pure: no I/O.

What somebody names is fetched from the former only: client documents, files that an answer of the
Hub points to.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA gives out. What is elsewhere is somebody's own, whatever Python says of it, such as
64:ff9b:1::/48, which can lead to any IPv4 address of our own network.
"""
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if address.teredo is not None:  # a tunnel, to wherever its ends like
        return False
    embedded = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    if embedded is not None:
        return is_public(embedded)
    return address in _GLOBAL_UNICAST and address.is_global
