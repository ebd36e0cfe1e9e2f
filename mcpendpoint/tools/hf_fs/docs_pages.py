"""Products with an index of their pages, and entries made of it."""

import asyncio
from dataclasses import dataclass

from mcpendpoint.hub.docs import SITE, Manifest, Product, get_manifest, get_products
from mcpendpoint.hub.errors import HubError, HubNotFound
from mcpendpoint.tools.hf_fs.arguments import EntryType
from mcpendpoint.tools.hf_fs.entries import folder
from mcpendpoint.tools.hf_fs.failures import Failure, invalid, not_found
from mcpendpoint.tools.hf_fs.results import Entry
from mcpendpoint.tools.hf_fs.uri import Uri
from mcpendpoint.tools.markdown import one_line

ROOT = Uri("docs")


@dataclass(frozen=True)
class Documented:
    """A product with an index."""

    product: Product
    manifest: Manifest

    @property
    def uri(self) -> Uri:
        return ROOT.child(self.product.id)

    def entry(self, path: str) -> Entry:
        uri = self.uri.child(path)
        if path in self.manifest.folders:
            return folder(uri).model_copy(update={"path": path})
        return Entry(
            type=EntryType.FILE,
            path=path,
            name=uri.parts[-1],
            uri=str(uri),
            title=self.manifest.titles[path],
            url=f"{SITE}/docs/{self.product.slug}/{path}",
            content_type="text/markdown",
        )

    def below(self, path: str, *, recursive: bool) -> list[Entry]:
        """Return the folders, then the pages, each in order."""
        start = f"{path}/" if path else ""
        found = []
        for group in (self.manifest.folders, self.manifest.titles):
            inside = (each for each in group if each.startswith(start))
            names = (each for each in inside if recursive or "/" not in each[len(start) :])
            found += [self.entry(each) for each in sorted(names)]
        return found


async def documented(name: str) -> Documented:
    """Return a product by its id or by the name in its URL. Raises Failure."""
    products = await get_products()
    product = next((each for each in products if name in (each.id, each.slug)), None)
    if product is not None and product.slug is not None:
        try:
            return Documented(product, await get_manifest(product.slug))
        except HubNotFound:
            pass
    raise not_found(
        f"no llms.txt manifest is available for documentation product '{name[:80]}'; ls hf://docs "
        "has the products"
    )


async def all_documented() -> tuple[list[Documented], list[str]]:
    """Return every product with an index, and those whose index could not be had now."""
    products = await get_products()
    manifests = await asyncio.gather(
        *(get_manifest(product.slug or "") for product in products), return_exceptions=True
    )
    found, failed = [], []
    for product, manifest in zip(products, manifests, strict=True):
        if isinstance(manifest, Manifest):
            found.append(Documented(product, manifest))
        elif isinstance(manifest, HubError) and not isinstance(manifest, HubNotFound):
            failed.append(product.id)
        elif not isinstance(manifest, HubNotFound):
            raise manifest
    return found, failed


def no_page(docs: Documented, path: str, uri: Uri) -> Failure:
    if (corrected := _without_doubled_product(docs, path)) is not None:
        at = Uri("docs", docs.uri.child(corrected).parts, anchor=uri.anchor)
        return invalid(f"the product appears twice in this documentation URI. Use: {at}")
    return not_found("document is not present in the current llms.txt manifest")


def no_scope(docs: Documented, path: str, query: str) -> Failure:
    """Say why a search cannot be limited to that path."""
    if _without_doubled_product(docs, path) is not None:
        return no_page(docs, path, Uri("docs"))
    return not_found(
        "documentation search scope is not present in the current llms.txt manifest. Try: search "
        f'{docs.uri} "{one_line(query, 100)}"'
    )


def _without_doubled_product(docs: Documented, path: str) -> str | None:
    """Return the path after the product's name, if that is what should have been written."""
    name, _, rest = path.partition("/")
    if name not in (docs.product.id, docs.product.slug) or not rest:
        return None
    return rest if rest in docs.manifest.folders else docs.manifest.find(rest)
