"""Viewers see the numbers of connections, and none of them one by one."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.connections_shown import Connections, StreamNow
from dashboard.privacy import without_people
from dashboard.ranges import DEFAULT_RANGE
from dashboard.reading import read_snapshot

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_viewers_are_told_of_no_stream_of_anybody():
    stream = StreamNow(
        *("Cursor", "1.0", "session", "2025-11-25", "name-of-somebody", "oauth", "number"),
        *(NOW, NOW, "connected", "", None),
    )
    seen = replace(
        read_snapshot(DEFAULT_RANGE.at(NOW), NOW),
        connections=Connections(sessions=1, streams=(stream,)),
    )

    shown = without_people(seen)

    assert "name-of-somebody" not in str(shown.as_json())
    assert shown.connections.open == 1
