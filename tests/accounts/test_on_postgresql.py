"""What people do at the same moment, what operators look up, and how counts add up, on the database
that differs.
"""

from pathlib import Path

from tests.on_postgresql import assert_passing

HERE = Path(__file__).parent
PROBES = [
    HERE.parent / "dashboard/test_store.py",
    *(
        HERE / f"{name}.py"
        for name in (
            "test_first_sign_ins",
            "test_admins",
            "test_migrations",
            "test_audit_feed",
            "groups/test_pages",
            "operators/test_people_pages",
            "operators/test_blocks",
        )
    ),
]


def test_every_probe_ends_the_same_on_postgresql():
    assert_passing(PROBES)
