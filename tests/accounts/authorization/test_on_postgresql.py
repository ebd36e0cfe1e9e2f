"""What the authorization server is asked that it should refuse, on the other database as well."""

from pathlib import Path

from tests.on_postgresql import assert_passing

HERE = Path(__file__).parent
PROBES = [
    HERE / f"test_{name}.py"
    for name in (
        "authorize",
        "client_documents",
        "connections",
        "document_fetching",
        "consent",
        "refresh",
        "registration",
        "revocation",
        "token",
        "tokens",
    )
]


def test_every_probe_ends_the_same_on_postgresql():
    assert_passing(PROBES)
