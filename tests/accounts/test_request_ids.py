"""A request keeps the id that a trusted proxy gave it, if that is plain."""

import pytest

from accounts.proxies import came_by_proxy, read_proxies
from accounts.request_ids import begin_request, current_request_id


@pytest.mark.parametrize("given", ["4bf92f3577b34da6a3ce929d0e0e4736", "a-b_c.d1", "A" * 64])
def test_a_plain_id_is_taken_over(given):
    assert begin_request(given) == current_request_id() == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "-leading", "new\nline1", "has space", "é" * 9]
)
def test_any_other_is_replaced(given):
    assert begin_request(given) not in {given, begin_request(given)}


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded_for", "is_trusted"),
    [
        ("0", "127.0.0.1", ["192.0.2.1"], False),
        ("1", "127.0.0.1", ["192.0.2.1"], True),
        ("1", "192.0.2.1", [], False),
        ("2", "127.0.0.1", ["192.0.2.1"], False),
        ("2", "127.0.0.1", ["192.0.2.1, 10.0.0.1"], True),
        ("10.0.0.0/8", "10.1.2.3", [], True),
        ("10.0.0.0/8", "192.0.2.1", ["10.0.0.1"], False),
        ("10.0.0.0/8", "", [], True),
    ],
)
def test_a_proxy_is_one_that_is_trusted(trusted, peer, forwarded_for, is_trusted):
    assert came_by_proxy(peer, forwarded_for, read_proxies(trusted)) is is_trusted
