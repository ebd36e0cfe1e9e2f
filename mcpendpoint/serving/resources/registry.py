"""Every resource and template that is listed. Adding one is one line here.

Others can be read too: whatever hf_fs can read or list has a URI.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcp_types import Resource, ResourceTemplate

from mcpendpoint.hub.types import RepoType
from mcpendpoint.serving.completion import completers
from mcpendpoint.serving.completion.completers import Completer

JSON = "application/json"
MARKDOWN = "text/markdown"


@dataclass(frozen=True)
class Template:
    uri: str
    name: str
    description: str
    mime_type: str | None = None
    """Where it is the same for all."""
    completers: Mapping[str, Completer] = field(default_factory=dict)

    def definition(self) -> ResourceTemplate:
        return ResourceTemplate(
            uri_template=self.uri,
            name=self.name,
            title=self.name.replace("-", " ").capitalize(),
            description=self.description,
            mime_type=self.mime_type,
        )


def _resource(uri: str, title: str, description: str, mime_type: str = JSON) -> Resource:
    name = uri.removeprefix("hf://").lower().replace("/", "-")
    return Resource(uri=uri, name=name, title=title, description=description, mime_type=mime_type)


def _of_repo(repo_type: RepoType) -> tuple[Template, Template]:
    start = f"hf://{repo_type.api_segment}/{{owner}}/{{name}}"
    chosen = {"owner": completers.owners(repo_type), "name": completers.names(repo_type)}
    kind = "Space" if repo_type is RepoType.SPACE else repo_type.value
    revision = "Add @REVISION to the name for a branch, tag or commit."
    return (
        Template(
            start, repo_type.value, f"A {kind}: its facts, and its README. {revision}", JSON, chosen
        ),
        Template(
            f"{start}/{{+path}}",
            f"{repo_type.value}-file",
            f"A file of a {kind}, or what is in a folder. {revision}",
            completers={**chosen, "path": completers.paths(repo_type)},
        ),
    )


RESOURCES = (
    _resource("hf://README.md", "Guide to hf://", "Which URIs there are.", MARKDOWN),
    _resource("hf://models/trending", "Trending models", "The 20 that trend now."),
    _resource("hf://datasets/trending", "Trending datasets", "The 20 that trend now."),
    _resource("hf://spaces/trending", "Trending Spaces", "The 20 that trend now."),
    _resource("hf://papers/trending", "Trending papers", "The 20 that trend now."),
    _resource("hf://papers/daily/latest", "Daily Papers", "The newest batch."),
    _resource("hf://docs", "Documentation", "The products that have documentation."),
)

TEMPLATES = (
    *(template for repo_type in RepoType for template in _of_repo(repo_type)),
    Template(
        "hf://papers/{paper_id}",
        "paper",
        "A paper's title, authors, abstract and links, by its arXiv id.",
        JSON,
        {"paper_id": completers.paper_ids},
    ),
    Template(
        "hf://papers/{paper_id}/paper.md",
        "paper-text",
        "The text of a paper, or its abstract where the Hub has no text.",
        MARKDOWN,
        {"paper_id": completers.paper_ids},
    ),
    Template(
        "hf://docs/{product}/{+path}",
        "documentation-page",
        "A page of the documentation; #SECTION after it for one section.",
        MARKDOWN,
        {"product": completers.doc_products, "path": completers.doc_paths},
    ),
    Template(
        "hf://collections/{owner}/{slug}",
        "collection",
        "A collection with its items.",
        JSON,
        {"owner": completers.collection_owners, "slug": completers.collection_slugs},
    ),
)

resource_by_uri: Mapping[str, Resource] = {resource.uri: resource for resource in RESOURCES}
template_by_uri: Mapping[str, Template] = {template.uri: template for template in TEMPLATES}
