"""What a test needs from the machine: without it the test is skipped, in CI it fails."""

import os

import pytest


def need(condition: object, reason: str) -> None:
    if condition:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
