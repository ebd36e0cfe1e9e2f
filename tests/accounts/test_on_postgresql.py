from pathlib import Path

from tests.on_postgresql import assert_passing

HERE = Path(__file__).parent


def test_what_operators_look_up_is_the_same_on_postgresql():
    assert_passing(
        HERE / name
        for name in (
            "test_audit_feed.py",
            "operators/test_people_pages.py",
            "operators/test_blocks.py",
        )
    )
