"""What pages about one client, tool, Space or reason are made of: tiles, facts and tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime

from accounts.space_models import SelectedSpace
from dashboard import counts, formats
from dashboard.histogram import by_doubling, percentile
from dashboard.models import StreamCount
from dashboard.pages import Visit
from dashboard.periods import counted
from dashboard.ranges import Range
from dashboard.reading_details import About, Totals
from dashboard.shown_connections import Fact
from dashboard.shown_lists import client_address, name_of_space
from dashboard.tables import (
    Column,
    Note,
    Table,
    Tile,
    address,
    bar,
    number,
    percentage,
    row,
    when,
)
from mcpendpoint.gradio.last_known import last_known
from mcpendpoint.protocol.records import REFUSED


def tiles_of(totals: Totals, histogram: Mapping[int, int] | None = None) -> tuple[Tile, ...]:
    limited = f"{formats.count(totals.limited)} over a limit" if totals.limited else ""
    tiles = [
        Tile(
            "Requests",
            ((formats.count(totals.messages), ""),),
            (Note(limited),) if limited else (),
        ),
        Tile("Tool calls", ((formats.count(totals.tool_calls), ""),)),
        Tile(
            "Errors",
            ((formats.count(totals.errors), ""),),
            (Note(f"{formats.share(totals.error_rate)} of what was handled"),),
            is_bad=totals.errors > 0,
        ),
    ]
    mean = formats.milliseconds(totals.mean_ms)
    if histogram is None:
        return (*tiles, Tile("Response time", ((mean, ""),), (Note("on average"),)))
    return (*tiles, response_times(histogram, (mean, "mean")))


def answers_of(totals: Totals, first_bytes: Mapping[int, int]) -> tuple[Tile, ...]:
    """Return how large the answers of a tool or Space were, and when streamed ones began."""
    sizes = Tile(
        "Answers",
        (
            (formats.size(totals.answer_bytes), "in all"),
            (formats.size(totals.mean_answer_bytes), "mean"),
            (formats.size(totals.largest_answer_bytes), "largest"),
        ),
    )
    if not first_bytes:
        return (sizes,)
    streamed = Note(f"of {formats.count(sum(first_bytes.values()))} streamed answers")
    return (sizes, Tile("First byte", percentiles_of(first_bytes), (streamed,)))


def response_times(histogram: Mapping[int, int], *others: tuple[str, str]) -> Tile:
    return Tile("Response time", (*percentiles_of(histogram), *others))


def percentiles_of(histogram: Mapping[int, int]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (formats.milliseconds(percentile(histogram, share)), name)
        for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    )


_CREDENTIALS = {
    "anonymous": "None",
    "access_key": "Access key",
    "oauth": "App (OAuth)",
    "hf_token": "Hugging Face token",
    "session": "Signed in to a page",
    REFUSED: "Wrong",
}


def _in_words(column: str, name: str) -> str:
    if column == "credential":
        return _CREDENTIALS.get(name, name)
    if column == "space_id":
        return name_of_space(name)
    return name


def parts_table(
    about: About,
    name: str,
    title: str,
    columns: tuple[str, ...],
    link: Any = None,
) -> Table:
    parts, total = about.parts(*columns)
    return Table(
        name,
        title,
        (
            Column(title[:-1]),
            Column("Requests", "number"),
            Column("Errors", "number"),
            Column("Error rate", "number"),
            Column("Last", "when"),
        ),
        tuple(
            row(
                _in_words(columns[0], part.names[0]) or "unknown",
                (
                    number(part.messages),
                    number(part.errors, is_bad=True),
                    percentage(part.errors / part.messages),
                    when(part.last_at),
                ),
                note=" ".join(map(_in_words, columns[1:], part.names[1:])),
                href=link(*part.names, about.shown) if link else "",
            )
            for part in parts
        ),
        total,
        empty="None.",
    )


def errors_table(
    name: str,
    title: str,
    found: Sequence[tuple[str, str, str, counts.UsageCount | counts.ClientCount]],
    total: int,
) -> Table:
    """`found` are each an address, a name, a note, and what is counted; those with errors."""
    return Table(
        name,
        title,
        (
            Column(title[:-1]),
            Column("Errors", "number"),
            Column("Last seen", "when"),
        ),
        tuple(
            row(
                what, (number(usage.errors, is_bad=True), when(usage.last_at)), note=note, href=href
            )
            for href, what, note, usage in found
        ),
        total,
        empty="None.",
    )


def version_address(name: str) -> Any:
    return lambda version, shown: client_address(name, version, shown)


def of_version(version: str | None) -> dict[str, str]:
    return {} if version is None else {"client_version": version}


def connections_table(shown: Range, name: str, version: str | None) -> Table:
    events = counted(StreamCount, shown).filter(client_name=name, **of_version(version))
    found = events.values_list("event").annotate(total=Sum("count")).order_by("-total", "event")
    rows = tuple(
        row(event.replace("_", " ").capitalize(), (number(times),)) for event, times in found
    )
    return Table(
        "connections",
        "Connections",
        (Column("What became of streams"), Column("Times", "number")),
        rows,
        len(rows),
        empty="No stream was opened.",
    )


def histogram_table(histogram: Mapping[int, int]) -> Table:
    doublings = by_doubling(histogram)
    most = max((times for _, _, times in doublings), default=0)
    rows = tuple(
        row(
            f"{formats.milliseconds(low)} to {formats.milliseconds(high)}",
            (number(times), bar(times, most)),
        )
        for low, high, times in doublings
    )
    return Table(
        "durations",
        "How long it took",
        (Column("Time"), Column("Times", "number"), Column("")),
        rows,
        len(rows),
        empty="Nothing was answered.",
    )


def facts_of_space(space_id: str) -> tuple[Fact, ...]:
    known = last_known(space_id)
    picked = (
        SelectedSpace.objects.annotate(lower_id=Lower("space_id"))
        .filter(lower_id=space_id.lower(), is_active=True)
        .count()
    )
    facts = [
        Fact("Selected by", f"{formats.count(picked)} {'person' if picked == 1 else 'people'}")
    ]
    if known.state:
        facts.append(Fact("State on the Hub", known.state, is_bad=known.state != "Running"))
    if known.found_at:
        facts.append(fact_of_time("Its tools were read", known.found_at))
    if known.failure:
        facts.append(Fact("Last failure", known.failure, is_bad=True))
    if known.failed_at:
        facts.append(fact_of_time("It failed", known.failed_at))
    if known.rest:
        facts.append(Fact("Left alone", known.rest, is_bad=True))
    return tuple(facts)


def fact_of_time(label: str, at: datetime) -> Fact:
    return Fact(label, formats.moment(localtime(at)))


def _minute(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%dT%H:%M}"


def links_of_operators(
    now: Visit, *, audit: dict[str, str] | None = None, block: dict[str, str] | None = None
) -> tuple[Note, ...]:
    """Return where those who may act look further and act; each with what it is about."""
    if not now.sees_people:
        return ()
    links = []
    if audit:
        last = now.shown.end - timedelta(minutes=1)
        times = {"since": _minute(now.shown.start), "until": _minute(last)}
        links.append(Note("In the audit log", address("audit", "", **audit, **times)))
    if block:
        links.append(Note("Block…", f"{reverse('operators:blocks')}?{urlencode(block)}"))
    return tuple(links)
