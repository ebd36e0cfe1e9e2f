"""Entries of listings, made of what the Hub says."""

from mcpendpoint.hub.discovery import SpaceHit
from mcpendpoint.hub.files import TreeEntry
from mcpendpoint.hub.repos import AnyRepo
from mcpendpoint.hub.types import Dataset, Model, Space
from mcpendpoint.tools.hf_fs.arguments import EntryType
from mcpendpoint.tools.hf_fs.results import (
    MAX_DESCRIPTION_CHARS,
    MAX_NAME_CHARS,
    MAX_TAGS,
    ContentType,
    Entry,
    Gate,
)
from mcpendpoint.tools.hf_fs.uri import Uri
from mcpendpoint.tools.markdown import one_line
from mcpendpoint.tools.repo_results import gate_of, type_of


def folder(uri: Uri, description: str | None = None) -> Entry:
    return Entry(
        type=EntryType.DIR,
        path=uri.parts[-1] if uri.parts else uri.root,
        name=uri.parts[-1] if uri.parts else uri.root,
        uri=str(uri),
        description=description,
    )


def document(uri: Uri, content_type: ContentType, title: str | None = None) -> Entry:
    """Return the entry of a file that we make ourselves."""
    name = uri.parts[-1] if uri.parts else uri.root
    return Entry(
        type=EntryType.FILE,
        path=name,
        name=name,
        uri=str(uri),
        title=title,
        content_type=content_type,
    )


def file_entry(place: Uri, found: TreeEntry) -> Entry | None:
    """Return the entry of a file or folder, None for anything else; `place` is its repository."""
    uri = str(place.at_path(found.path))
    if found.type == "directory":
        return Entry(type=EntryType.DIR, path=found.path, uri=uri)
    if found.type != "file":
        return None
    return Entry(
        type=EntryType.FILE,
        path=found.path,
        uri=uri,
        size=found.size,
        lfs=lfs_of(found),
        updated_at=found.uploaded_at,
    )


def lfs_of(found: TreeEntry) -> bool | None:
    return found.is_lfs if found.is_lfs or found.xet_hash else None


def repo_entry(repo: AnyRepo) -> Entry:
    """Return the entry of a repository with the facts that were asked for."""
    known = repo.model_fields_set
    common = Entry(
        type=EntryType.REPO,
        path=repo.id,
        uri=f"hf://{type_of(repo).api_segment}/{repo.id}",
        repo_type=type_of(repo).value,
        private=repo.private if "private" in known else None,
        likes=repo.likes,
        tags=repo.tags[:MAX_TAGS] or None,
        trending_score=repo.trending_score,
        created_at=repo.created_at,
        updated_at=repo.last_modified,
    )
    match repo:
        case Model():
            more: dict[str, object] = {
                "gated": gate(repo) if "gated" in known else None,
                "downloads": repo.downloads,
                "task": repo.pipeline_tag,
                "library": repo.library_name,
            }
        case Dataset():
            more = {
                "gated": gate(repo) if "gated" in known else None,
                "downloads": repo.downloads,
                "description": short(repo.description),
            }
        case Space():
            more = {
                "sdk": repo.sdk,
                "title": one_line(repo.title, MAX_NAME_CHARS) if repo.title else None,
                "description": short(repo.short_description or repo.ai_short_description),
            }
    return common.model_copy(update=more)


def space_hit_entry(hit: SpaceHit) -> Entry:
    update = {"category": hit.category, "semantic_relevance": hit.relevance}
    return repo_entry(hit).model_copy(update=update)


def gate(repo: AnyRepo) -> Gate:
    found = gate_of(repo)
    if found is None:
        return False
    return "auto" if found == "auto" else "manual"


def short(text: str | None) -> str | None:
    return one_line(text, MAX_DESCRIPTION_CHARS) if text else None
