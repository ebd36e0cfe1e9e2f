"""space_files: the files of a Space, with the addresses they are had from."""

from typing import Literal

from django.conf import settings
from pydantic import Field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.files import FileStore, TreeEntry
from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.hf_fs.text_policy import mime_type_of
from mcpendpoint.tools.names import space_id_in
from mcpendpoint.tools.own_account import own_name

DEFAULT_NAME = "filedrop"
MAX_FILES = 1_000
MAX_PAGES = 20
HEADINGS = ("Path", "Size", "Type", "URL")


class SpaceFilesArguments(Arguments):
    spaceName: str | None = Field(  # noqa: N815  as older servers spell it
        default=None,
        max_length=1_000,
        description=f"The Space, e.g. 'user/app'. Omit for the user's own '{DEFAULT_NAME}'.",
    )
    fileType: Literal["all", "image", "audio"] = Field(  # noqa: N815
        default="all", description="Only files of this type."
    )


class SpaceFile(Result):
    path: str
    size: int | None = None
    type: str
    url: str


class SpaceFiles(Result):
    space: str
    files: list[SpaceFile]
    has_more: bool


async def run(arguments: SpaceFilesArguments, context: ToolContext) -> ToolOutput:
    hub = await context.hub()
    wanted = arguments.spaceName or f"{await own_name(context)}/{DEFAULT_NAME}"
    name = await space_id_in(hub, wanted, "spaceName", context)
    store = FileStore(RepoType.SPACE.api_segment, name)
    with told(f"The Space {name}", context):
        entries, has_more = await _entries(hub, store)
    files = [_file(store, entry) for entry in entries]
    chosen = [file for file in files if _is_wanted(file, arguments.fileType)]
    result = SpaceFiles(
        space=name,
        files=chosen[:MAX_FILES],
        has_more=has_more or len(chosen) > MAX_FILES,
    )
    return ToolOutput(result, _render(result))


async def _entries(hub: HubClient, store: FileStore) -> tuple[list[TreeEntry], bool]:
    found: list[TreeEntry] = []
    cursor = None
    for _ in range(MAX_PAGES):
        page = await store.children(hub, "", recursive=True, cursor=cursor)
        found += [entry for entry in page.items if entry.type == "file"]
        if (cursor := page.cursor) is None:
            break
    return found, cursor is not None


def _file(store: FileStore, entry: TreeEntry) -> SpaceFile:
    return SpaceFile(
        path=entry.path,
        size=entry.size,
        type=mime_type_of(entry.path) or "application/octet-stream",
        url=f"{settings.HF_ENDPOINT}{store.resolve_route(entry.path)}",
    )


def _is_wanted(file: SpaceFile, kind: str) -> bool:
    return kind == "all" or file.type.startswith(f"{kind}/")


def _render(result: SpaceFiles) -> str:
    if not result.files:
        return f"{result.space} has no such files."
    rows = [(f.path, markdown.byte_size(f.size), f.type, f.url) for f in result.files]
    files = markdown.count(len(rows), "file")
    more = "\n\nThere are more; hf_fs lists them all." if result.has_more else ""
    return f"{files} of {result.space}.\n\n{markdown.table(HEADINGS, rows)}{more}"


SPACE_FILES = Tool(
    name="space_files",
    title="Files of a Space (classic)",
    purpose="Lists a Space's files with their addresses, as older servers did; hf_fs does more.",
    description="List the files of a Hugging Face Space with the URLs they are downloaded from.",
    arguments=SpaceFilesArguments,
    result=SpaceFiles,
    run=run,
    is_default=False,
)
