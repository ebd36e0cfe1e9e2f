"""hf_doc_search: the documentation, by meaning and by words; its products when nothing is asked."""

from pydantic import Field

from mcpendpoint.hub.docs import get_products
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.docs_search import MAX_LIMIT, search
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.results import Entry
from mcpendpoint.tools.hf_fs.uri import Uri
from mcpendpoint.tools.markdown import count, count_fitting, mark, table

MAX_CHARS = 40_000


class DocSearchArguments(Arguments):
    query: str | None = Field(
        default=None, max_length=200, description="What to look for. Omit for all products."
    )
    product: str | None = Field(
        default=None, max_length=100, description="Only this product, e.g. 'transformers'."
    )


class Passage(Result):
    title: str
    product: str
    url: str
    section: str | None = None
    excerpt: str | None = None


class DocProduct(Result):
    name: str
    category: str | None = None


class DocsFound(Result):
    results: list[Passage]
    products: list[DocProduct] | None = None
    """Of all documentation, when nothing was asked for."""


async def run(arguments: DocSearchArguments, context: ToolContext) -> ToolOutput:
    with told("The documentation", context):
        if arguments.query is None:
            return await _list_products()
        uri = Uri("docs", (arguments.product.strip("/"),) if arguments.product else ())
        listed = await search(
            Operation(Command.SEARCH, uri, query=arguments.query, asked_limit=MAX_LIMIT)
        )
    passages = [_passage(entry) for entry in listed.entries]
    blocks = [_render(passage) for passage in passages]
    shown = count_fitting(blocks, MAX_CHARS)
    headline = f"{count(shown, 'page')}. Read one with hf_doc_fetch." if passages else "No page."
    marked = [headline, *mark(passage.excerpt for passage in passages), *blocks[:shown]]
    return ToolOutput(DocsFound(results=passages[:shown]), "\n\n".join(marked))


async def _list_products() -> ToolOutput:
    products = [DocProduct(name=each.id, category=each.category) for each in await get_products()]
    rows = [(product.name, product.category or "") for product in products]
    text = f"Name a query, and one of these products if you like.\n\n{table(_HEADINGS, rows)}"
    return ToolOutput(DocsFound(results=[], products=products), text)


_HEADINGS = ("Product", "Category")


def _passage(entry: Entry) -> Passage:
    return Passage(
        title=entry.title or entry.path,
        product=entry.library or "",
        url=entry.url or entry.uri,
        section=entry.anchor,
        excerpt=entry.description,
    )


def _render(passage: Passage) -> str:
    lines = (f"### {passage.title} ({passage.product})", passage.excerpt, passage.url)
    return "\n".join(filter(None, lines))


DOC_SEARCH = Tool(
    name="hf_doc_search",
    title="Documentation search (classic)",
    purpose="Searches Hugging Face's documentation, as older servers did; hf_fs does more.",
    description="Search the documentation of Hugging Face's products and libraries.",
    arguments=DocSearchArguments,
    result=DocsFound,
    run=run,
    is_default=False,
)
