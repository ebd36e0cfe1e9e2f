from collections.abc import Callable
from typing import Any

import pytest

from accounts.operators import blocks
from accounts.operators.models import Block


@pytest.fixture
def block(db, django_capture_on_commit_callbacks) -> Callable[..., Block]:
    def make(kind: str, subject: str, **facts: Any) -> Block:
        with django_capture_on_commit_callbacks(execute=True):
            return blocks.make(Block(kind=kind, subject=subject, reason="spam", **facts))

    return make
