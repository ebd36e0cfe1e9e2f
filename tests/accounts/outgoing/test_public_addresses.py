from ipaddress import ip_address

import pytest

from accounts.outgoing.public_addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        "192.0.32.7",
        "2606:4700::1111",
        "64:ff9b::c000:2007",
        "::ffff:192.0.32.7",
        "2002:c000:2007::",
    ],
)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::",
        "5f00::1",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_all_others_are_not(address):
    assert not is_public(ip_address(address))
