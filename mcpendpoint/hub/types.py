"""What the Hub answers, typed. Upstream drifts: extra fields are ignored, most may be missing, and
a value of a wrong type counts as missing (see `read`)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from mcpendpoint.hub.errors import HubBadAnswer


class RepoType(StrEnum):
    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"

    @property
    def api_segment(self) -> str:
        return f"{self.value}s"

    @property
    def page_prefix(self) -> str:
        """What comes before the id in the URL of a page or file."""
        return "" if self is RepoType.MODEL else f"{self.value}s/"


MAX_NAME_CHARS = 200

Name = Annotated[str, AfterValidator(lambda text: " ".join(text.split())[:MAX_NAME_CHARS])]
"""A short untrusted text: one line of bounded length."""


class HubModel(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Repo(HubModel):
    id: str = Field(min_length=1, max_length=200)
    author: Name | None = None
    private: bool = False
    gated: bool | Name = False
    """False, True, "auto" or "manual"."""
    disabled: bool = False
    likes: int | None = None
    downloads: int | None = None
    downloads_all_time: int | None = Field(default=None, alias="downloadsAllTime")
    trending_score: float | None = Field(default=None, alias="trendingScore")
    tags: list[str] = []
    sha: str | None = None
    created_at: datetime | None = Field(default=None, alias="createdAt")
    last_modified: datetime | None = Field(default=None, alias="lastModified")
    card_data: dict[str, Any] = Field(default={}, alias="cardData")

    @field_validator("card_data", mode="before")
    @classmethod
    def _no_card(cls, value: Any) -> Any:
        return {} if value is None else value

    @property
    def owner(self) -> str | None:
        """Who it belongs to; None for canonical repositories such as gpt2."""
        return self.author or (self.id.split("/")[0] if "/" in self.id else None)

    def card_text(self, key: str) -> str | None:
        value = self.card_data.get(key)
        return value if isinstance(value, str) and value else None

    def card_list(self, key: str) -> list[str]:
        """Return a value of the card as a list: people write one, many or none."""
        value = self.card_data.get(key)
        values = value if isinstance(value, list) else [value]
        return [str(item) for item in values if isinstance(item, str | int | float)]


class TransformersInfo(HubModel):
    auto_model: Name | None = None
    processor: Name | None = None


class Safetensors(HubModel):
    total: int | None = None
    parameters: dict[str, int] = {}


class Gguf(HubModel):
    """What the Hub reads out of a GGUF file."""

    total: int | None = None
    architecture: Name | None = None
    context_length: int | None = None


class InferenceProvider(HubModel):
    provider: Name
    status: Name | None = None
    provider_id: str | None = Field(default=None, alias="providerId")
    task: Name | None = None


class Model(Repo):
    pipeline_tag: Name | None = None
    library_name: Name | None = None
    config: dict[str, Any] = {}
    transformers_info: TransformersInfo | None = Field(default=None, alias="transformersInfo")
    safetensors: Safetensors | None = None
    gguf: Gguf | None = None
    spaces: list[Name] = []
    inference_providers: list[InferenceProvider] = Field(
        default=[], alias="inferenceProviderMapping"
    )

    @field_validator("inference_providers", mode="before")
    @classmethod
    def _either_form(cls, value: Any) -> Any:
        """The Hub sends a list, and used to send an object by provider."""
        if isinstance(value, dict):
            return [
                {**info, "provider": name} for name, info in value.items() if isinstance(info, dict)
            ]
        return value


class Dataset(Repo):
    description: str | None = None


class Hardware(HubModel):
    current: Name | None = None
    requested: Name | None = None


class Runtime(HubModel):
    stage: Name | None = None
    """RUNNING, SLEEPING, PAUSED, BUILDING, RUNTIME_ERROR and others."""
    hardware: Hardware | None = None
    error_message: str | None = Field(default=None, alias="errorMessage")


class Space(Repo):
    hub_id: Name | None = Field(default=None, alias="_id")
    """It stays the Space's own when its name does not. Told whatever `expand` asks for: the Hub's
    own packages/hub/src/lib/list-spaces.ts (huggingface.js) relies on it."""
    sdk: Name | None = None
    subdomain: str | None = None
    runtime: Runtime | None = None
    title: str | None = None
    emoji: Name | None = None
    short_description: str | None = Field(default=None, alias="shortDescription")
    ai_short_description: str | None = None
    models: list[Name] = []

    @property
    def stage(self) -> str | None:
        return self.runtime.stage if self.runtime else None

    @property
    def display_title(self) -> str:
        return self.title or self.card_text("title") or self.id.split("/")[-1]

    @property
    def display_emoji(self) -> str:
        return self.emoji or self.card_text("emoji") or ""

    @property
    def summary(self) -> str | None:
        return (
            self.short_description
            or self.card_text("short_description")
            or self.ai_short_description
        )

    @property
    def has_mcp_server(self) -> bool:
        return "mcp-server" in self.tags


class Membership(HubModel):
    name: Name
    fullname: Name | None = None


class User(HubModel):
    user: Name
    fullname: Name | None = None
    details: str | None = None
    is_pro: bool | None = Field(default=None, alias="isPro")
    created_at: datetime | None = Field(default=None, alias="createdAt")
    models: int | None = Field(default=None, alias="numModels")
    datasets: int | None = Field(default=None, alias="numDatasets")
    spaces: int | None = Field(default=None, alias="numSpaces")
    papers: int | None = Field(default=None, alias="numPapers")
    followers: int | None = Field(default=None, alias="numFollowers")
    orgs: list[Membership] = []


class Organization(HubModel):
    name: Name
    fullname: Name | None = None
    details: str | None = None
    plan: Name | None = None
    is_enterprise: bool | None = Field(default=None, alias="isEnterprise")
    is_verified: bool | None = Field(default=None, alias="isVerified")
    members: int | None = Field(default=None, alias="numUsers")
    models: int | None = Field(default=None, alias="numModels")
    datasets: int | None = Field(default=None, alias="numDatasets")
    spaces: int | None = Field(default=None, alias="numSpaces")
    papers: int | None = Field(default=None, alias="numPapers")
    followers: int | None = Field(default=None, alias="numFollowers")


HubModelT = TypeVar("HubModelT", bound=HubModel)


MAX_FAULTS = 1_000
"""Of one answer, that are left out one by one."""

Place = tuple[int | str, ...]


def read(kind: type[HubModelT], data: Any) -> HubModelT:
    """Read what the Hub sent, without the values that are not of the form we know.

    Raises HubBadAnswer when what is left is not enough.
    """
    while True:
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            places = _places_of(error)
            if not isinstance(data, dict) or not all(place[0] in data for place in places):
                raise HubBadAnswer("The Hub's answer lacks what was expected in it.") from error
        data = _without(data, places)  # which may leave what is around it without something


def _places_of(error: ValidationError) -> list[Place]:
    """Return where the faults are; of very many, only in which fields."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    depth = None if len(faults) <= MAX_FAULTS else 1
    return [fault["loc"][:depth] or ("",) for fault in faults]


def _without(value: Any, places: list[Place]) -> Any:
    """Return a value without what is at those places, or without what something lacks in."""
    below: dict[int | str, list[Place]] = {}
    for first, *rest in places:
        below.setdefault(first, []).append(tuple(rest))
    items = value.items() if isinstance(value, dict) else enumerate(value)
    kept = [
        (key, _without(item, below[key]) if key in below else item)
        for key, item in items
        if key not in below or all(_has(item, place) for place in below[key])
    ]
    return dict(kept) if isinstance(value, dict) else [item for _, item in kept]


def _has(value: Any, place: Place) -> bool:
    if not place:
        return False
    if isinstance(value, dict):
        return place[0] in value
    return isinstance(value, list) and isinstance(place[0], int) and place[0] < len(value)
