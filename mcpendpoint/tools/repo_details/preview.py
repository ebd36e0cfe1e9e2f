"""dataset_preview: rows of a dataset, as many as fit."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubBadAnswer, HubError, HubNotFound, HubRefused
from mcpendpoint.hub.types import Dataset
from mcpendpoint.hub.viewer import Row, Rows, Split, get_first_rows, get_rows, get_splits
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hub_failures import Problem
from mcpendpoint.tools.repo_details.finding import or_error
from mcpendpoint.tools.repo_details.results import Column, Preview, PreviewRow
from mcpendpoint.tools.repo_details.splits import (
    MAX_OPTIONS,
    choose,
    columns_of,
    name_of,
    shown_name,
)
from mcpendpoint.tools.repo_details.values import TOO_DEEP, is_too_deep, text_of
from mcpendpoint.tools.repo_details.viewing import too_large, viewer_problem

MAX_COLUMNS = 30
USUAL_CELL_CHARS = 2_000
MIN_CELL_CHARS = 40

_SIGNED = re.compile(r"\?(?=[^\s\"'<>?]{0,2000}Signature=)[^\s\"'<>?]+")
"""The query of a link to an image or a sound; the structured rows have it whole."""


async def look_at_rows(
    hub: HubClient,
    dataset: Dataset,
    context: ToolContext,
    *,
    config: str | None,
    split: str | None,
    offset: int,
    limit: int,
    max_chars: int,
) -> Preview | Problem:
    splits = await or_error(get_splits(hub, dataset.id))
    if isinstance(splits, HubError):
        return viewer_problem(splits, "splits", dataset, context)
    target = choose(splits, config, split)
    if isinstance(target, Problem):
        return target
    rows = await or_error(get_rows(hub, dataset.id, target, offset=offset, limit=limit))
    if isinstance(rows, HubBadAnswer) and limit > 1:
        return too_large(dataset, limit, rows)
    if isinstance(rows, HubNotFound | HubRefused):
        rows = await or_error(_first_rows(hub, dataset, target, offset, limit, rows))
    if isinstance(rows, HubError):
        return viewer_problem(rows, "rows", dataset, context)
    others = [name_of(item) for item in splits.splits if item != target]
    return _preview(rows, target, others, offset=offset, max_chars=max_chars)


async def _first_rows(
    hub: HubClient, dataset: Dataset, of: Split, offset: int, limit: int, error: HubError
) -> Rows:
    """Return rows of a split that is not there as Parquet. Raises `error` when there are none."""
    try:
        found = await get_first_rows(hub, dataset.id, of)
    except HubError:
        raise error from None
    kept = found.rows[offset : offset + limit]
    return found.model_copy(update={"rows": kept, "partial": True})


def _preview(
    rows: Rows, target: Split, others: Sequence[str], *, offset: int, max_chars: int
) -> Preview:
    features = rows.features[:MAX_COLUMNS]
    names = {feature.name: shown_name(feature) for feature in features}
    cell_chars = _cell_chars(max_chars, columns=len(names), rows=len(rows.rows))
    shaped = [_row(row, names, cell_chars) for row in rows.rows]
    shown = markdown.count_fitting([text_of(row.cells) for row in shaped], max_chars)
    end = offset + shown
    is_last = shown == len(shaped) and (rows.num_rows_total or 0) <= end
    return Preview(
        config=target.config,
        split=target.split,
        other_splits=list(others[:MAX_OPTIONS]) or None,
        offset=offset,
        total_rows=rows.num_rows_total,
        columns=columns_of(features),
        more_columns=max(len(rows.features) - MAX_COLUMNS, 0) or None,
        rows=shaped[:shown],
        partial=rows.partial or None,
        next_offset=None if is_last or not shaped else end,
    )


def _cell_chars(max_chars: int, *, columns: int, rows: int) -> int:
    """Return a share for each cell: more when there are few, yet one row fits in any case."""
    of_a_row = max(max_chars // max(columns, 1), MIN_CELL_CHARS)
    return min(max(of_a_row // max(rows, 1), USUAL_CELL_CHARS), of_a_row)


def _row(row: Row, names: Mapping[str, str], max_chars: int) -> PreviewRow:
    cells: dict[str, Any] = {}
    cut: list[str] = []
    for name, shown in names.items():
        cells[shown], is_cut = _cell(row.row.get(name), max_chars)
        if is_cut or name in row.truncated_cells:
            cut.append(shown)
    return PreviewRow(index=row.row_idx, cells=cells, cut_cells=cut or None)


def _cell(value: Any, max_chars: int) -> tuple[Any, bool]:
    """Return the value, or as much of its text as there is room for, and whether it is cut."""
    if is_too_deep(value):
        return TOO_DEEP, True
    text = text_of(value)
    if len(text) <= max_chars:
        return value, False
    return text[: max_chars - 1] + "…", True


def render_preview(preview: Preview) -> str:
    total = "an unknown number" if preview.total_rows is None else f"{preview.total_rows:,}"
    parts = [f"## Rows of {markdown.code(f'{preview.config}/{preview.split}')}"]
    if preview.rows:
        last = preview.offset + len(preview.rows) - 1
        parts += [f"Rows {preview.offset}-{last} of {total}.", markdown.BY_OTHERS]
    else:
        parts.append(f"No rows from {preview.offset} on; there are {total}.")
    names = [column.name for column in preview.columns]
    parts += [
        "Columns: " + ", ".join(map(_column, preview.columns)),
        markdown.table(
            ["#", *map(markdown.cell, names)],
            ([str(row.index), *(_shown(row.cells[key]) for key in names)] for row in preview.rows),
        )
        if preview.rows
        else "",
        *_notes(preview),
    ]
    return "\n\n".join(part for part in parts if part)


def _shown(value: Any) -> str:
    """Return a cell for reading: without signatures, which are most of what links to media are."""
    return _SIGNED.sub("?…", text_of(value))


def _column(column: Column) -> str:
    return f"{markdown.code(column.name)} ({markdown.one_line(column.type)})"


def _notes(preview: Preview) -> list[str]:
    notes = []
    if preview.partial:
        notes.append("The viewer has only a part of this split; the total is of that part.")
    if preview.more_columns:
        notes.append(f"{preview.more_columns} more columns are left out.")
    cut = sum(len(row.cut_cells or ()) for row in preview.rows)
    if cut:
        notes.append(f"{cut} cells are cut." if cut > 1 else "1 cell is cut.")
    if preview.next_offset is not None:
        notes.append(f"For more rows use offset={preview.next_offset}.")
    if preview.other_splits:
        notes.append(f"Other splits (config/split): {', '.join(preview.other_splits)}.")
    return notes
