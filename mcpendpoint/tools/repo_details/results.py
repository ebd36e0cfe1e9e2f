"""What hub_repo_details answers: repositories, each with what matched and what went wrong."""

from datetime import datetime
from typing import Any, Literal

from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.base import Result
from mcpendpoint.tools.hub_failures import Problem


class Provider(Result):
    provider: str
    status: str | None = None
    task: str | None = None


class Overview(Result):
    url: str
    author: str | None = None
    title: str | None = None
    emoji: str | None = None
    description: str | None = None
    task: str | None = None
    library: str | None = None
    model_class: str | None = None
    parameters: int | None = None
    architecture: str | None = None
    context_length: int | None = None
    vocab_size: int | None = None
    sdk: str | None = None
    stage: str | None = None
    error: str | None = None
    hardware: str | None = None
    app_url: str | None = None
    is_mcp_server: bool | None = None
    downloads: int | None = None
    downloads_all_time: int | None = None
    likes: int | None = None
    created_at: datetime | None = None
    last_modified: datetime | None = None
    sha: str | None = None
    private: bool = False
    gated: str | None = None
    disabled: bool = False
    license: list[str] | None = None
    languages: list[str] | None = None
    task_categories: list[str] | None = None
    size_categories: list[str] | None = None
    base_models: list[str] | None = None
    datasets: list[str] | None = None
    models: list[str] | None = None
    spaces: list[str] | None = None
    inference_providers: list[Provider] | None = None
    tags: list[str] = []
    more_tags: int | None = None


class Readme(Result):
    text: str
    offset: int
    total_chars: int
    next_offset: int | None = None


class SplitFacts(Result):
    config: str
    split: str
    rows: int | None = None
    estimated_rows: int | None = None
    columns: int | None = None
    parquet_files: int | None = None
    parquet_bytes: int | None = None


class Column(Result):
    name: str
    type: str


class Structure(Result):
    splits: list[SplitFacts]
    more_splits: int | None = None
    total_rows: int | None = None
    estimated_total_rows: int | None = None
    partial: bool | None = None
    """The viewer has only the first part of the dataset: counts and files are of that part."""
    original_bytes: int | None = None
    parquet_bytes: int | None = None
    parquet_urls: list[str] | None = None
    pending: int | None = None
    """Configs that Hugging Face is still working on."""
    failed: int | None = None
    failures: list[str] | None = None
    """Why, config by config, as Hugging Face says it."""
    schema_of: str | None = None
    columns: list[Column] = []
    more_columns: int | None = None


class PreviewRow(Result):
    index: int
    cells: dict[str, Any]
    cut_cells: list[str] | None = None
    """Cells that are longer than what is shown of them."""


class Preview(Result):
    config: str
    split: str
    other_splits: list[str] | None = None
    offset: int
    total_rows: int | None = None
    columns: list[Column]
    more_columns: int | None = None
    rows: list[PreviewRow]
    partial: bool | None = None
    """The viewer has only the first part of the split: the total is of that part."""
    next_offset: int | None = None


class Match(Result):
    repo_type: RepoType
    id: str
    """Today's: a repository may have been renamed since."""
    overview: Overview | None = None
    readme: Readme | None = None
    structure: Structure | None = None
    preview: Preview | None = None

    @property
    def has_content(self) -> bool:
        return any((self.overview, self.readme, self.structure, self.preview))

    @property
    def has_only_overview(self) -> bool:
        return self.overview is not None and not (self.structure or self.preview)


class Account(Result):
    type: Literal["user", "organization"]
    name: str
    url: str
    display_name: str | None = None
    details: str | None = None
    is_pro: bool | None = None
    is_verified: bool | None = None
    plan: str | None = None
    models: int | None = None
    datasets: int | None = None
    spaces: int | None = None
    papers: int | None = None
    followers: int | None = None
    members: int | None = None
    organizations: list[str] | None = None
    created_at: datetime | None = None


class Repository(Result):
    id: str
    status: Literal["ok", "partial", "error"]
    matches: list[Match] = []
    account: Account | None = None
    problems: list[Problem] = []


class RepoDetailsResult(Result):
    repositories: list[Repository]
    left_out: list[str] | None = None
    """Ids for which there was no room: ask for them in another call."""
