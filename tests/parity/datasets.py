"""Facts of what is in a dataset: its splits, columns and rows."""

import re
from typing import Any

import orjson

from tests.parity.reading import Facts, known, number, one_line, tables

_PARQUET_URL = re.compile(r"https?://\S+\.parquet")
_TOTAL = re.compile(r"Total rows:\**\s+`?([\d.,]+[KMB]?)")

Row = dict[str, str]


def structure_in_text(text: str) -> Facts:
    found = tables(text)
    total = _TOTAL.search(text)
    return known(
        {
            "splits": _splits(found),
            "total_rows": number(total[1].rstrip(".")) if total else None,
            "urls": sorted(_PARQUET_URL.findall(text)),
            "columns": [row["Column"] for row in _table_with("Column", found)],
        }
    )


def _table_with(column: str, found: list[list[Row]]) -> list[Row]:
    return next((rows for rows in found if rows and column in rows[0]), [])


def _splits(found: list[list[Row]]) -> dict[tuple[str, str], Facts]:
    splits = {}
    files = {(row["Config"], row["Split"]): row["Files"] for row in _table_with("Files", found)}
    for row in _table_with("Rows", found):
        key = row["Config"], row["Split"]
        # One server has a table of files, the other says "1 file, 12.0 KB" here.
        count, _, size = row.get("Parquet", "").partition(", ")
        splits[key] = known(
            {
                "rows": number(row["Rows"]),
                "estimated_rows": number(row.get("Estimated Rows") or row.get("Estimated rows")),
                "columns": number(row["Columns"]),
                "parquet_bytes": number(row.get("Parquet Size") or size),
                "parquet_files": number(files.get(key) or count.split(" ")[0]),
            }
        )
    return splits


def structure_in_content(structure: dict[str, Any]) -> Facts:
    names = ("rows", "estimated_rows", "columns", "parquet_bytes", "parquet_files")
    return known(
        {
            "splits": {
                (split["config"], split["split"]): known({name: split.get(name) for name in names})
                for split in structure["splits"]
            },
            "total_rows": structure.get("total_rows"),
            "urls": sorted(structure.get("parquet_urls", ())),
            "columns": [column["name"] for column in structure["columns"]],
        }
    )


def words_of_types(text: str) -> list[set[str]]:
    """Return the words of each column's type, which the reference writes as JSON."""
    types = [orjson.loads(row["Type"]) for row in _table_with("Type", tables(text))]
    return [set(_words(kind)) - {"Value"} for kind in types]


def _words(kind: Any) -> list[str]:
    if isinstance(kind, dict):
        names = [name for name in kind if name not in ("dtype", "_type", "feature", "names")]
        return names + [word for value in kind.values() for word in _words(value)]
    if isinstance(kind, list):
        return [word for item in kind for word in _words(item)]
    return [str(kind)]


def rows_in_text(text: str) -> list[Row]:
    """Return the rows of the last table: each cell's text, and the row's number as `#`."""
    rows = tables(text)[-1]
    return [{name: one_line(cell) for name, cell in row.items()} for row in rows]


def rows_in_content(preview: dict[str, Any]) -> list[Row]:
    return [
        {"#": str(row["index"]), **{name: _written(cell) for name, cell in row["cells"].items()}}
        for row in preview["rows"]
    ]


def _written(cell: Any) -> str:
    return one_line(cell) if isinstance(cell, str) else orjson.dumps(cell).decode()
