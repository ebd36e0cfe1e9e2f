"""dataset_structure: configs, splits, sizes, Parquet files and columns of a dataset."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubBadAnswer, HubError, HubNotFound, HubRefused
from mcpendpoint.hub.types import Dataset
from mcpendpoint.hub.viewer import (
    Feature,
    ParquetFile,
    ParquetFiles,
    SizeAnswer,
    Split,
    get_features,
    get_first_rows,
    get_parquet_files,
    get_rows,
    get_sizes,
    get_splits,
)
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hub_failures import Problem
from mcpendpoint.tools.repo_details.finding import or_error
from mcpendpoint.tools.repo_details.results import Column, SplitFacts, Structure
from mcpendpoint.tools.repo_details.splits import choose, columns_of, name_of
from mcpendpoint.tools.repo_details.viewing import reasons, viewer_problem

MAX_SPLITS = 100
MAX_COLUMNS = 200
MAX_URLS = 5


async def look_at_structure(
    hub: HubClient,
    dataset: Dataset,
    context: ToolContext,
    *,
    config: str | None,
    split: str | None,
) -> tuple[Structure | None, list[Problem]]:
    """Return what could be had, and a problem for each part that could not."""
    splits, sizes, files = await asyncio.gather(
        or_error(get_splits(hub, dataset.id)),
        or_error(get_sizes(hub, dataset.id)),
        or_error(get_parquet_files(hub, dataset.id)),
    )
    if isinstance(splits, HubError):
        return None, [viewer_problem(splits, "splits", dataset, context)]
    parts = {"sizes": sizes, "Parquet files": files}
    failures = {part: found for part, found in parts.items() if isinstance(found, HubError)}
    problems: list[Problem] = []
    target = choose(splits, config, split)
    columns: list[Column] = []
    if isinstance(target, Problem):
        problems.append(target)
    else:
        found = await or_error(_features(hub, dataset.id, target))
        if isinstance(found, HubError):
            failures["columns"] = found
        else:
            columns = columns_of(found)
    problems += _problems_of(failures, dataset, context)
    structure = _structure(
        splits.splits,
        SizeAnswer() if isinstance(sizes, HubError) else sizes,
        ParquetFiles() if isinstance(files, HubError) else files,
        name_of(target) if columns and isinstance(target, Split) else None,
        columns,
    )
    failed = max(len(splits.failed), structure.failed or 0)
    pending = max(len(splits.pending), structure.pending or 0)
    update = {
        "failed": failed or None,
        "pending": pending or None,
        "failures": reasons(splits.failed) or None,
    }
    return structure.model_copy(update=update), problems


async def _features(hub: HubClient, dataset: str, of: Split) -> list[Feature]:
    """Return the columns from wherever the viewer has them. Raises HubError, of the first place."""
    try:
        return (await get_rows(hub, dataset, of, offset=0, limit=1)).features
    except (HubNotFound, HubRefused, HubBadAnswer) as error:
        with suppress(HubError):
            return (await get_first_rows(hub, dataset, of)).features
        with suppress(HubError):
            if features := await get_features(hub, dataset, of.config):
                return features
        raise error


def _problems_of(
    failures: Mapping[str, HubError], dataset: Dataset, context: ToolContext
) -> list[Problem]:
    """Return one problem for each reason: parts mostly fail for the same one."""
    by_reason: dict[tuple[type[HubError], str], list[str]] = {}
    for part, error in failures.items():
        by_reason.setdefault((type(error), error.message), []).append(part)
    return [
        viewer_problem(failures[parts[0]], " or ".join(parts), dataset, context)
        for parts in by_reason.values()
    ]


def _structure(
    splits: Sequence[Split],
    sizes: SizeAnswer,
    files: ParquetFiles,
    schema_of: str | None,
    columns: Sequence[Column],
) -> Structure:
    total = sizes.size.dataset
    urls = [file.url for file in files.parquet_files]
    return Structure(
        splits=_split_facts(splits[:MAX_SPLITS], sizes, files.parquet_files),
        more_splits=max(len(splits) - MAX_SPLITS, 0) or None,
        # Where nothing could be counted, the sum of nothing is no number of rows.
        total_rows=total.num_rows if sizes.size.splits or not _lacks_some(sizes) else None,
        estimated_total_rows=total.estimated_num_rows,
        partial=sizes.partial or files.partial or None,
        original_bytes=total.num_bytes_original_files,
        parquet_bytes=total.num_bytes_parquet_files,
        parquet_urls=urls if 0 < len(urls) <= MAX_URLS else None,
        pending=max(len(files.pending), len(sizes.pending)),
        failed=max(len(files.failed), len(sizes.failed)),
        schema_of=schema_of,
        columns=list(columns[:MAX_COLUMNS]),
        more_columns=max(len(columns) - MAX_COLUMNS, 0) or None,
    )


def _lacks_some(sizes: SizeAnswer) -> bool:
    return bool(sizes.pending or sizes.failed)


def _split_facts(
    splits: Sequence[Split], sizes: SizeAnswer, files: Sequence[ParquetFile]
) -> list[SplitFacts]:
    size_of = {(item.config, item.split): item for item in sizes.size.splits}
    file_sizes: dict[tuple[str, str], list[int]] = {}
    for file in files:
        file_sizes.setdefault((file.config, file.split), []).append(file.size or 0)
    facts = []
    for split in splits:
        key = (split.config, split.split)
        size = size_of.get(key)
        facts.append(
            SplitFacts(
                config=split.config,
                split=split.split,
                rows=size.num_rows if size else None,
                estimated_rows=size.estimated_num_rows if size else None,
                columns=size.num_columns if size else None,
                parquet_files=len(file_sizes[key]) if key in file_sizes else None,
                parquet_bytes=sum(file_sizes[key]) if key in file_sizes else None,
            )
        )
    return facts


def render_structure(structure: Structure) -> str:
    parts = ["## Configs and splits", _splits_table(structure)]
    if structure.more_splits:
        parts.append(f"… and {structure.more_splits} more splits.")
    totals = markdown.facts(
        (
            ("Total rows", _exact(structure.total_rows)),
            ("Estimated rows", _exact(structure.estimated_total_rows)),
            ("Original files", _bytes(structure.original_bytes)),
            ("As Parquet", _bytes(structure.parquet_bytes)),
            ("Configs still in work", _exact(structure.pending)),
            ("Configs that failed", _exact(structure.failed)),
        )
    )
    parts.append(totals)
    if structure.failures:
        parts.append("\n".join(f"- Could not be read: {why}" for why in structure.failures))
    if structure.partial:
        parts.append("The viewer has only a part of it: rows, sizes and files are of that part.")
    if structure.parquet_urls:
        urls = [f"- {url}" for url in structure.parquet_urls]
        parts.append("\n".join(["## Parquet files", "", *urls]))
    if structure.columns:
        rows = [
            [str(index), column.name, column.type]
            for index, column in enumerate(structure.columns, start=1)
        ]
        parts += [
            f"## Columns of {markdown.code(structure.schema_of or '')}",
            markdown.table(["#", "Column", "Type"], rows),
        ]
    if structure.more_columns:
        parts.append(f"… and {structure.more_columns} more columns.")
    return "\n\n".join(part for part in parts if part)


def _splits_table(structure: Structure) -> str:
    headings = ["Config", "Split", "Rows", "Estimated rows", "Columns", "Parquet"]
    return markdown.table(
        headings,
        (
            [
                split.config,
                split.split,
                _exact(split.rows) or "",
                _exact(split.estimated_rows) or "",
                _exact(split.columns) or "",
                _parquet(split),
            ]
            for split in structure.splits
        ),
    )


def _parquet(split: SplitFacts) -> str:
    if split.parquet_files is None:
        return ""
    files = markdown.count(split.parquet_files, "file")
    return f"{files}, {markdown.byte_size(split.parquet_bytes)}"


def _exact(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


def _bytes(value: int | None) -> str | None:
    return None if value is None else markdown.byte_size(value)
