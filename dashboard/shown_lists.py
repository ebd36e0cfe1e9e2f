"""The tables of clients, tools, Spaces, methods and reasons, out of what was read. Pure."""

from collections.abc import Iterable, Sequence

from accounts.models import AuditEvent
from dashboard.metrics import Client, Method, Tool, Usage
from dashboard.ranges import Range
from dashboard.tables import (
    Cell,
    Column,
    Row,
    Table,
    address,
    duration,
    number,
    percentage,
    row,
    tags,
    when,
)
from dashboard.tally import OTHER
from mcpendpoint.protocol.records import PRIVATE

_CLIENT = (
    Column("Client", sort="name"),
    Column("Protocol", "tags"),
    Column("Transport"),
    Column("Requests", "number", "requests"),
    Column("Tool calls", "number", "calls"),
    Column("Errors", "number", "errors"),
    Column("Anonymous", "number"),
    Column("Authenticated", "number"),
    Column("First seen", "when"),
    Column("Last seen", "when", "last"),
)
_USAGE = (
    Column("Calls", "number", "calls"),
    Column("Over a limit", "number"),
    Column("Errors", "number", "errors"),
    Column("Error rate", "number"),
    Column("p50", "number"),
    Column("p95", "number"),
    Column("Last called", "when", "last"),
)


def client_table(clients: Iterable[Client], total: int, shown: Range) -> Table:
    return Table(
        "clients",
        "Clients",
        _CLIENT,
        tuple(_client_row(client, shown) for client in clients),
        total,
        href=address("clients", shown.query),
    )


def _client_row(client: Client, shown: Range) -> Row:
    return row(
        client.name or "unknown",
        (
            tags(" ".join(filter(None, (p.version, p.era))) or "unknown" for p in client.protocols),
            Cell(", ".join(client.transports)),
            number(client.requests),
            number(client.tool_calls),
            number(client.errors, is_bad=True),
            number(client.anonymous),
            number(client.authenticated),
            when(client.first_seen),
            when(client.last_seen),
        ),
        note=client.version,
        href=client_address(client.name, client.version, shown),
    )


def tool_table(tools: Iterable[Tool], total: int, shown: Range) -> Table:
    return Table(
        "tools",
        "Tools",
        (Column("Tool", sort="name"), *_USAGE),
        tuple(
            row(
                tool.tool,
                _usage_cells(tool),
                note=name_of_space(tool.space_id),
                href=tool_address(tool.tool, tool.space_id, shown),
            )
            for tool in tools
        ),
        total,
        href=address("tools", shown.query),
        empty="No tool was called.",
    )


def space_table(spaces: Iterable[Tool], total: int, shown: Range) -> Table:
    return Table(
        "spaces",
        "Spaces",
        (Column("Space", sort="name"), *_USAGE),
        tuple(
            row(
                name_of_space(space.space_id),
                _usage_cells(space),
                href=space_address(space.space_id, shown),
            )
            for space in spaces
        ),
        total,
        href=address("spaces", shown.query),
        empty="No tool of a Space was called.",
    )


def method_table(methods: Iterable[Method], total: int, shown: Range) -> Table:
    return Table(
        "methods",
        "Methods",
        (Column("Method", sort="name"), *_USAGE),
        tuple(row(method.method or "not readable", _usage_cells(method)) for method in methods),
        total,
        href=address("methods", shown.query),
    )


def reason_table(reasons: Sequence[tuple[str, int]], shown: Range) -> Table:
    """`reasons` are words of mcpendpoint.protocol.records.Reason, each with how often."""
    total = sum(times for _, times in reasons)
    return Table(
        "reasons",
        "What did not go well",
        (Column("Reason"), Column("Times", "number"), Column("Share", "number")),
        tuple(
            row(
                reason_in_words(reason),
                (number(times), percentage(times / total)),
                href=address("errors", shown.query, reason=reason),
            )
            for reason, times in reasons
        ),
        len(reasons),
        href=address("errors", shown.query),
        empty="Nothing went wrong.",
    )


def reason_in_words(reason: str) -> str:
    return dict(AuditEvent.Reason.choices).get(reason, reason)


def client_address(name: str, version: str, shown: Range) -> str:
    if name == OTHER:
        return ""
    return address("client", shown.query, name=name, version=version)


def tool_address(tool: str, space_id: str, shown: Range) -> str:
    if tool == OTHER:
        return ""
    space = {"space": space_id} if space_id else {}
    return address("tool", shown.query, name=tool, **space)


def name_of_space(space_id: str) -> str:
    return "private Spaces" if space_id == PRIVATE else space_id


def space_address(space_id: str, shown: Range) -> str:
    return address("space", shown.query, id=space_id) if space_id else ""


def _usage_cells(usage: Usage) -> tuple[Cell, ...]:
    return (
        number(usage.calls),
        number(usage.limited),
        number(usage.errors, is_bad=True),
        percentage(usage.error_rate),
        duration(usage.p50_ms),
        duration(usage.p95_ms),
        when(usage.last_called),
    )
