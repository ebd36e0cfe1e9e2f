"""The dataset viewer: configs, splits, sizes, Parquet files and rows of the data sets.

On the Hub it has a host of its own; here it is below /datasets-server on the same one.
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub.callers import caller_of, can_pass_gate, can_see
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import Repo
from tests.standins.hub.state import Hub
from tests.standins.hub.tables import Table
from tests.standins.hub.words import words_in

MAX_LENGTH = 100
FIRST_ROWS = 100
MAX_CELL_CHARACTERS = 100_000


async def is_valid(request: Request) -> Response:
    dataset = _dataset(request)
    has_rows = bool(_tables(dataset))
    features = ("preview", "viewer", "search", "filter", "statistics")
    return JSONResponse(dict.fromkeys(features, has_rows))


async def splits(request: Request) -> Response:
    dataset = _dataset(request)
    return _answer(splits=[_names(dataset, table) for table in _shown_tables(dataset)])


async def size(request: Request) -> Response:
    dataset = _dataset(request)
    tables = _shown_tables(dataset)
    configs = {table.config: [t for t in tables if t.config == table.config] for table in tables}
    total = {"dataset": dataset.id, **_sizes(tables), "estimated_num_rows": None}
    answer = {
        "dataset": {**total, "num_bytes_original_files": _sizes(tables)["num_bytes_memory"]},
        "configs": [
            {
                "dataset": dataset.id,
                "config": config,
                "num_columns": len(parts[0].features),
                **_sizes(parts),
                "estimated_num_rows": None,
            }
            for config, parts in configs.items()
        ],
        "splits": [
            {
                **_names(dataset, table),
                "num_columns": len(table.features),
                **_sizes([table]),
                "estimated_num_rows": None,
            }
            for table in tables
        ],
    }
    return _answer(size=answer, partial=False)


async def parquet(request: Request) -> Response:
    dataset = _dataset(request)
    files = [
        {
            **_names(dataset, table),
            "url": f"{str(request.base_url).rstrip('/')}/datasets/{dataset.id}/resolve/"
            f"refs%2Fconvert%2Fparquet/{table.config}/{table.split}/0000.parquet",
            "filename": "0000.parquet",
            "size": table.num_bytes // 3,
        }
        for table in _shown_tables(dataset)
    ]
    return _answer(parquet_files=files, partial=False)


async def info(request: Request) -> Response:
    dataset = _dataset(request)
    configs: dict[str, Any] = {}
    for table in _shown_tables(dataset):
        config = configs.setdefault(
            table.config,
            {
                "description": dataset.details.get("description", ""),
                "features": table.features,
                "config_name": table.config,
                "splits": {},
            },
        )
        config["splits"][table.split] = {
            "name": table.split,
            "num_bytes": table.num_bytes,
            "num_examples": table.num_rows,
        }
    return _answer(dataset_info=configs, partial=False)


async def first_rows(request: Request) -> Response:
    dataset = _dataset(request)
    table = _table(request, dataset)
    return JSONResponse(
        {
            **_names(dataset, table),
            "features": _features(table),
            "rows": _rows(table, range(min(FIRST_ROWS, table.num_rows))),
            "truncated": table.num_rows > FIRST_ROWS,
        }
    )


async def rows(request: Request) -> Response:
    table = _table(request, _dataset(request))
    offset, length = _window(request)
    return _page(table, range(offset, min(offset + length, table.num_rows)), table.num_rows)


async def search(request: Request) -> Response:
    table = _table(request, _dataset(request))
    query = request.query_params.get("query")
    if not query:
        raise HubError(422, "Parameter 'query' is required", "MissingRequiredParameter")
    offset, length = _window(request)
    texts = (" ".join(map(str, table.row(place).values())) for place in range(table.num_rows))
    found = [place for place, text in enumerate(texts) if words_in(query, text)]
    return _page(table, found[offset : offset + length], len(found))


def _dataset(request: Request) -> Repo:
    name = request.query_params.get("dataset")
    if not name:
        raise HubError(422, "Parameter 'dataset' is required", "MissingRequiredParameter")
    hub: Hub = request.app.state.hub
    caller = caller_of(request)
    repo = hub.repos.get(("dataset", hub.moved.get(("dataset", name), name)))
    if repo is None or repo.disabled or not can_see(caller, repo):
        if caller is None:
            raise HubError(401, _inaccessible("without authentication"), UNAUTHENTICATED)
        raise HubError(404, _inaccessible("with the current credentials"), AUTHENTICATED)
    if not can_pass_gate(caller, repo):
        status, code = (401, UNAUTHENTICATED) if caller is None else (404, AUTHENTICATED)
        raise HubError(status, "The dataset is gated. Ask for access, then retry.", code)
    return repo


UNAUTHENTICATED = "ExternalUnauthenticatedError"
AUTHENTICATED = "ExternalAuthenticatedError"


def _inaccessible(how: str) -> str:
    return f"The dataset does not exist, or is not accessible {how} (private or gated)."


def _tables(dataset: Repo) -> Sequence[Table]:
    tables: Sequence[Table] = dataset.details["tables"]
    return tables


def _shown_tables(dataset: Repo) -> Sequence[Table]:
    tables = _tables(dataset)
    if not tables:
        message = (
            "The dataset viewer doesn't support this dataset because it runs arbitrary Python code."
        )
        raise HubError(501, message, "DatasetWithScriptNotSupportedError")
    return tables


def _table(request: Request, dataset: Repo) -> Table:
    names = {name: request.query_params.get(name) for name in ("config", "split")}
    for name, value in names.items():
        if not value:
            raise HubError(422, f"Parameter '{name}' is required", "MissingRequiredParameter")
    for table in _shown_tables(dataset):
        if (table.config, table.split) == (names["config"], names["split"]):
            return table
    raise HubError(404, "Not found.", "ResponseNotFound")


def _window(request: Request) -> tuple[int, int]:
    texts = request.query_params.get("offset", "0"), request.query_params.get("length", "100")
    if not all(text.isdecimal() for text in texts):
        raise HubError(422, "Parameters 'offset' and 'length' must be integers", "InvalidParameter")
    offset, length = int(texts[0]), int(texts[1])
    if length > MAX_LENGTH:
        message = f"Parameter 'length' must not be greater than {MAX_LENGTH}"
        raise HubError(422, message, "InvalidParameter")
    return offset, length


def _page(table: Table, places: Sequence[int], total: int) -> Response:
    return JSONResponse(
        {
            "features": _features(table),
            "rows": _rows(table, places),
            "num_rows_total": total,
            "num_rows_per_page": MAX_LENGTH,
            "partial": False,
        }
    )


def _features(table: Table) -> list[dict[str, Any]]:
    return [
        {"feature_idx": place, "name": name, "type": type_}
        for place, (name, type_) in enumerate(table.features.items())
    ]


def _rows(table: Table, places: Sequence[int]) -> list[dict[str, Any]]:
    return [_row(place, table.row(place)) for place in places]


def _row(place: int, row: dict[str, Any]) -> dict[str, Any]:
    too_long = [
        name
        for name, value in row.items()
        if isinstance(value, str) and len(value) > MAX_CELL_CHARACTERS
    ]
    cells = {
        name: value[:MAX_CELL_CHARACTERS] if name in too_long else value
        for name, value in row.items()
    }
    return {"row_idx": place, "row": cells, "truncated_cells": too_long}


def _names(dataset: Repo, table: Table) -> dict[str, str]:
    return {"dataset": dataset.id, "config": table.config, "split": table.split}


def _sizes(tables: Sequence[Table]) -> dict[str, int]:
    memory = sum(table.num_bytes for table in tables)
    return {
        "num_bytes_parquet_files": memory // 3,
        "num_bytes_memory": memory,
        "num_rows": sum(table.num_rows for table in tables),
    }


def _answer(**content: Any) -> Response:
    return JSONResponse({**content, "pending": [], "failed": []})


ROUTES = {
    "is-valid": is_valid,
    "splits": splits,
    "size": size,
    "parquet": parquet,
    "info": info,
    "first-rows": first_rows,
    "rows": rows,
    "search": search,
}
