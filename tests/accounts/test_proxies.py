"""Whom a request came from: what proxies of ours say is believed, what others claim is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.proxies import client_behind, network_of, read_proxies

CLIENT = "203.0.113.7"
LIAR = "198.51.100.66"
PROXY = "10.0.0.2"
INNER = "10.0.0.3"


@pytest.mark.parametrize(
    ("trusted", "peer", "lines", "expected"),
    [
        ("", PROXY, [CLIENT], PROXY),
        ("0", PROXY, [CLIENT], PROXY),
        ("1", PROXY, [CLIENT], CLIENT),
        ("1", PROXY, [f"{LIAR}, {CLIENT}"], CLIENT),
        ("1", PROXY, [LIAR, CLIENT], CLIENT),
        ("1", PROXY, [f"{CLIENT}:4711"], CLIENT),
        ("1", PROXY, ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("1", PROXY, [f"::ffff:{CLIENT}"], CLIENT),
        ("1", PROXY, ["unknown"], PROXY),
        ("1", PROXY, [""], PROXY),
        ("1", PROXY, [], PROXY),
        ("1", "", [CLIENT], CLIENT),
        ("2", INNER, [f"{LIAR},{CLIENT},{PROXY}"], CLIENT),
        ("2", LIAR, [CLIENT], LIAR),
        ("10.0.0.0/8", PROXY, [CLIENT], CLIENT),
        ("10.0.0.0/8", INNER, [f"{LIAR},{CLIENT},{PROXY}"], CLIENT),
        ("10.0.0.2, 10.0.0.3", INNER, [f"{CLIENT},{PROXY}"], CLIENT),
        ("10.0.0.3", INNER, [f"{CLIENT},{PROXY}"], PROXY),
        ("10.0.0.0/8", LIAR, [CLIENT], LIAR),
        ("10.0.0.0/8", PROXY, [f"{LIAR}, nonsense"], PROXY),
        ("10.0.0.0/8", "", [CLIENT], CLIENT),
        ("10.0.0.0/8", PROXY, [f"{INNER}"], INNER),
        ("::1, fd00::/8", "::1", [CLIENT], CLIENT),
    ],
)
def test_the_client_is_whom_the_last_trusted_proxy_heard(trusted, peer, lines, expected):
    assert client_behind(peer, lines, read_proxies(trusted or "0")) == expected


@given(
    lines=st.lists(st.text(max_size=60), max_size=5), trusted=st.sampled_from(["1", "3", "::/0"])
)
def test_no_header_breaks_it(lines, trusted):
    assert isinstance(client_behind(PROXY, lines, read_proxies(trusted)), str)


@pytest.mark.parametrize("text", ["-1", "many", "10.0.0.0/99", "10.0.0.1;10.0.0.2"])
def test_a_wrong_setting_is_an_error(text):
    with pytest.raises(ValueError, match=r".+"):
        read_proxies(text)


def test_a_subscriber_of_ipv6_is_a_whole_network():
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")


def test_a_subscriber_of_ipv4_is_one_address_however_it_is_written():
    assert network_of(CLIENT) == network_of(f"::ffff:{CLIENT}") == CLIENT
    assert network_of(CLIENT) != network_of(LIAR)
    assert network_of("") == network_of("testclient")
