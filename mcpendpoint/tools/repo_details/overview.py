"""The overview of a model, dataset or Space."""

from collections.abc import Iterator

from django.conf import settings

from mcpendpoint.hub.repos import AnyRepo, page_url
from mcpendpoint.hub.types import Dataset, Gguf, Model, Space
from mcpendpoint.tools import markdown
from mcpendpoint.tools.repo_details.results import Overview, Provider
from mcpendpoint.tools.repo_results import gate_of, marks_of, type_of

MAX_DESCRIPTION_CHARS = 1_000
MAX_VALUE_CHARS = 200
MAX_TAGS = 100
MAX_LISTED = 30
MAX_SPACES = 12


def overview_of(repo: AnyRepo) -> Overview:
    common = Overview(
        url=page_url(type_of(repo), repo.id),
        author=repo.owner,
        downloads=repo.downloads,
        downloads_all_time=repo.downloads_all_time,
        likes=repo.likes,
        created_at=repo.created_at,
        last_modified=repo.last_modified,
        sha=repo.sha,
        private=repo.private,
        gated=gate_of(repo),
        disabled=repo.disabled,
        license=_card(repo, "license"),
        languages=_card(repo, "language"),
        tags=[tag[:MAX_VALUE_CHARS] for tag in repo.tags[:MAX_TAGS]],
        more_tags=max(len(repo.tags) - MAX_TAGS, 0) or None,
    )
    match repo:
        case Model():
            return common.model_copy(update=_of_model(repo))
        case Dataset():
            return common.model_copy(update=_of_dataset(repo))
        case Space():
            return common.model_copy(update=_of_space(repo))


def _of_model(model: Model) -> dict[str, object]:
    architecture = model.config.get("model_type")
    vocabulary = model.config.get("vocab_size")
    gguf = model.gguf or Gguf()
    providers = [
        Provider(provider=item.provider, status=item.status, task=item.task)
        for item in model.inference_providers[:MAX_LISTED]
    ]
    return {
        "task": model.pipeline_tag,
        "library": model.library_name,
        "model_class": model.transformers_info.auto_model if model.transformers_info else None,
        "parameters": model.safetensors.total if model.safetensors else gguf.total,
        "architecture": _text(architecture) if isinstance(architecture, str) else gguf.architecture,
        "context_length": gguf.context_length,
        "vocab_size": vocabulary if isinstance(vocabulary, int) else None,
        "base_models": _card(model, "base_model") or _card(model, "finetuned_from"),
        "datasets": _card(model, "datasets"),
        "spaces": model.spaces[:MAX_SPACES] or None,
        "inference_providers": providers or None,
    }


def _of_dataset(dataset: Dataset) -> dict[str, object]:
    return {
        "title": dataset.card_text("pretty_name"),
        "description": _text(dataset.description),
        "task_categories": _card(dataset, "task_categories"),
        "size_categories": _card(dataset, "size_categories"),
    }


def _of_space(space: Space) -> dict[str, object]:
    hardware = space.runtime.hardware if space.runtime else None
    app_url = None
    if space.subdomain and space.sdk != "static":
        app_url = settings.HF_SPACE_URL.replace("{subdomain}", space.subdomain)
    return {
        "title": markdown.one_line(space.display_title, MAX_VALUE_CHARS),
        "emoji": space.display_emoji[:16] or None,
        "description": _text(space.summary),
        "sdk": space.sdk,
        "stage": space.stage,
        "error": _text(space.runtime.error_message) if space.runtime else None,
        "hardware": hardware.current or hardware.requested if hardware else None,
        "app_url": app_url,
        "is_mcp_server": space.has_mcp_server or None,
        "models": _card(space, "models"),
        "datasets": _card(space, "datasets"),
    }


def _card(repo: AnyRepo, key: str) -> list[str] | None:
    """Return what its author wrote; it can be anything, so it is kept short."""
    return [text[:MAX_VALUE_CHARS] for text in repo.card_list(key)[:MAX_LISTED]] or None


def _text(text: str | None) -> str | None:
    return markdown.one_line(text, MAX_DESCRIPTION_CHARS) if text else None


def render_overview(overview: Overview) -> str:
    return "\n\n".join(part for part in _parts(overview) if part)


def _parts(overview: Overview) -> Iterator[str]:
    yield from markdown.mark((overview.description, overview.error))
    if overview.title:
        yield f"{f'{overview.emoji} ' if overview.emoji else ''}{overview.title}"
    yield overview.description or ""
    yield markdown.bullets(_main_facts(overview))
    if technical := markdown.bullets(_technical_facts(overview)):
        yield f"## Technical details\n\n{technical}"
    if metadata := markdown.bullets(_metadata(overview)):
        yield f"## Metadata\n\n{metadata}"
    if overview.tags:
        more = f" … and {overview.more_tags} more" if overview.more_tags else ""
        yield f"## Tags\n\n{markdown.some(overview.tags, MAX_TAGS, as_code=True)}{more}"
    if overview.inference_providers:
        lines = [
            f"- {item.provider} ({item.status or 'unknown'}){f': {item.task}' if item.task else ''}"
            for item in overview.inference_providers
        ]
        yield "\n".join(["## Inference providers", "", *lines])


def _main_facts(overview: Overview) -> Iterator[tuple[str, str | None]]:
    yield "Author", overview.author
    yield "Task", overview.task
    yield "Library", overview.library
    yield "SDK", overview.sdk
    yield "State", overview.stage
    yield "Error", overview.error
    yield "Hardware", overview.hardware
    yield "MCP server", "yes" if overview.is_mcp_server else None
    yield "Downloads", _downloads(overview)
    yield "Likes", None if overview.likes is None else markdown.number(overview.likes)
    yield "Created", markdown.date(overview.created_at) if overview.created_at else None
    yield "Updated", markdown.date(overview.last_modified) if overview.last_modified else None
    yield (
        "Status",
        marks_of(private=overview.private, gated=overview.gated, disabled=overview.disabled),
    )
    yield "Link", overview.url
    yield "App", overview.app_url


def _downloads(overview: Overview) -> str | None:
    counts = [
        f"{markdown.number(count)} {name}"
        for count, name in (
            (overview.downloads, "in 30 days"),
            (overview.downloads_all_time, "of all time"),
        )
        if count is not None
    ]
    return ", ".join(counts) or None


def _technical_facts(overview: Overview) -> Iterator[tuple[str, str | None]]:
    yield "Model class", overview.model_class
    yield "Parameters", markdown.number(overview.parameters) if overview.parameters else None
    yield "Architecture", overview.architecture
    yield "Context length", str(overview.context_length) if overview.context_length else None
    yield "Vocabulary size", str(overview.vocab_size) if overview.vocab_size else None


def _metadata(overview: Overview) -> Iterator[tuple[str, str | None]]:
    for name, values in (
        ("License", overview.license),
        ("Languages", overview.languages),
        ("Task categories", overview.task_categories),
        ("Size", overview.size_categories),
        ("Base models", overview.base_models),
        ("Datasets", overview.datasets),
        ("Models", overview.models),
        ("Demo Spaces", overview.spaces),
    ):
        yield name, markdown.some(values, MAX_LISTED) if values else None
