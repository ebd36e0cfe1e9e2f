"""What hub_repo_details can be asked."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.base import Arguments
from mcpendpoint.tools.leniency import Aliases, FromText, by_comma

MAX_IDS = 10
MAX_OPERATIONS = 10
MAX_ROWS = 100
MAX_OFFSET = 10**12

Id = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class Operation(StrEnum):
    OVERVIEW = "overview"
    DATASET_STRUCTURE = "dataset_structure"
    DATASET_PREVIEW = "dataset_preview"


OPERATION_ALIASES = {
    **dict.fromkeys(("details", "info", "metadata", "facts"), "overview"),
    **dict.fromkeys(("structure", "schema", "splits", "columns", "configs"), "dataset_structure"),
    **dict.fromkeys(("preview", "rows", "sample", "data"), "dataset_preview"),
}


class RepoDetailsArguments(Arguments):
    repo_ids: Annotated[list[Id], FromText(by_comma)] = Field(
        min_length=1,
        max_length=MAX_IDS,
        description=(
            "'owner/name' ids, or a user's or organization's name, e.g. ['google/gemma-3-4b-it']."
        ),
    )
    repo_type: RepoType | None = Field(
        default=None, description="Omit to find out; every type that matches is returned."
    )
    operations: list[Annotated[Operation, Aliases(OPERATION_ALIASES)]] = Field(
        default=[Operation.OVERVIEW],
        max_length=MAX_OPERATIONS,
        description=(
            "dataset_structure: configs, splits, sizes, Parquet files, columns. dataset_preview: "
            "rows."
        ),
    )
    config: str | None = Field(
        default=None, max_length=200, description="Dataset config; default: the first."
    )
    split: str | None = Field(
        default=None, max_length=200, description="Dataset split; default: train or the first."
    )
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET, description="First row of the preview.")
    limit: int = Field(default=5, description=f"Rows of the preview, up to {MAX_ROWS}.")
    include_readme: bool = Field(default=False, description="Add the README.")
    readme_offset: int = Field(
        default=0, ge=0, le=MAX_OFFSET, description="Where in the README to start, in characters."
    )
    readme_limit: int = Field(
        default=10_000, ge=100, le=40_000, description="Characters of README."
    )

    @field_validator("repo_ids", "operations", mode="after")
    @classmethod
    def _once_each(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))

    @field_validator("operations", mode="after")
    @classmethod
    def _at_least_one(cls, value: list[Operation]) -> list[Operation]:
        return value or [Operation.OVERVIEW]

    @field_validator("limit", mode="after")
    @classmethod
    def _within_bounds(cls, value: int) -> int:
        return min(max(value, 1), MAX_ROWS)

    @property
    def wants_overview(self) -> bool:
        """Say whether there is to be an overview: a structure means little without one."""
        return not {Operation.OVERVIEW, Operation.DATASET_STRUCTURE}.isdisjoint(self.operations)

    @property
    def wants_dataset(self) -> bool:
        return any(operation is not Operation.OVERVIEW for operation in self.operations)
