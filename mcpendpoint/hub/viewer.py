"""The dataset viewer (its own service): splits, sizes, Parquet files and rows of a dataset."""

from typing import Any

from django.conf import settings

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import joined
from mcpendpoint.hub.ids import parse_repo_id
from mcpendpoint.hub.transport import Params
from mcpendpoint.hub.types import HubModel, HubModelT

VIEWER_SECONDS = 300.0
MAX_ROWS = 100


class Split(HubModel):
    config: str
    split: str


class Pending(HubModel):
    """A config, or a split of one, that the viewer is still working on."""

    config: str = ""


class Fault(HubModel):
    error: str = ""
    cause_message: str = ""

    def __str__(self) -> str:
        return joined((self.error, self.cause_message))


class Failed(Pending):
    """A config that the viewer could not read; `/splits` says why, others do not."""

    error: Fault = Fault()


class Splits(HubModel):
    splits: list[Split]
    pending: list[Pending] = []
    failed: list[Failed] = []


class SplitSize(Split):
    num_rows: int | None = None
    estimated_num_rows: int | None = None
    num_columns: int | None = None
    num_bytes_parquet_files: int | None = None


class DatasetSize(HubModel):
    num_rows: int | None = None
    estimated_num_rows: int | None = None
    num_bytes_original_files: int | None = None
    num_bytes_parquet_files: int | None = None


class Sizes(HubModel):
    dataset: DatasetSize = DatasetSize()
    splits: list[SplitSize] = []


class SizeAnswer(HubModel):
    size: Sizes = Sizes()
    pending: list[Pending] = []
    failed: list[Failed] = []
    partial: bool = False


class ParquetFile(Split):
    url: str
    filename: str | None = None
    size: int | None = None


class ParquetFiles(HubModel):
    parquet_files: list[ParquetFile] = []
    pending: list[Pending] = []
    failed: list[Failed] = []
    partial: bool = False


class Feature(HubModel):
    name: str
    type: Any = None


class DatasetInfo(HubModel):
    features: dict[str, Any] = {}


class Info(HubModel):
    dataset_info: DatasetInfo = DatasetInfo()


class Row(HubModel):
    row_idx: int
    row: dict[str, Any]
    truncated_cells: list[str] = []


class Rows(HubModel):
    features: list[Feature] = []
    rows: list[Row] = []
    num_rows_total: int | None = None
    partial: bool = False


async def get_splits(hub: HubClient, dataset: str) -> Splits:
    return await _get(hub, Splits, "/splits", dataset)


async def get_sizes(hub: HubClient, dataset: str) -> SizeAnswer:
    return await _get(hub, SizeAnswer, "/size", dataset)


async def get_parquet_files(hub: HubClient, dataset: str) -> ParquetFiles:
    return await _get(hub, ParquetFiles, "/parquet", dataset)


async def get_rows(hub: HubClient, dataset: str, of: Split, *, offset: int, limit: int) -> Rows:
    where = [("config", of.config), ("split", of.split)]
    window = [("offset", str(offset)), ("length", str(min(limit, MAX_ROWS)))]
    return await _get(hub, Rows, "/rows", dataset, [*where, *window])


async def get_first_rows(hub: HubClient, dataset: str, of: Split) -> Rows:
    """Return the first rows, which the viewer also has of datasets that it has not as Parquet.

    There are at most 100, fewer when they are large; how many rows there are, it does not say.
    """
    where = [("config", of.config), ("split", of.split)]
    return await _get(hub, Rows, "/first-rows", dataset, where)


async def get_features(hub: HubClient, dataset: str, config: str) -> list[Feature]:
    """Return the columns of a config, which the viewer may know when it can show no row."""
    answer = await _get(hub, Info, "/info", dataset, [("config", config)])
    return [Feature(name=name, type=kind) for name, kind in answer.dataset_info.features.items()]


async def _get(
    hub: HubClient, kind: type[HubModelT], path: str, dataset: str, params: Params = ()
) -> HubModelT:
    return await hub.get_model(
        kind,
        path,
        [("dataset", parse_repo_id(dataset)), *params],
        base=settings.HF_DATASETS_SERVER,
        seconds=VIEWER_SECONDS,
    )
