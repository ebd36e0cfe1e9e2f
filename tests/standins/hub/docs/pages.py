"""Documentation to read: the list of products, the index of each, and its pages as markdown.

The pages link to https://huggingface.co wherever they are served, for they are built beforehand.
"""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.standins.hub import errors
from tests.standins.hub.docs.records import Product
from tests.standins.hub.state import Hub

SITE = "https://huggingface.co"
VERSION = re.compile(r"(?:main|v\d+(?:\.\d+)*)/(?:en/)?")


async def products(request: Request) -> Response:
    return JSONResponse(
        [
            {
                "id": product.id,
                "url": product.url,
                **({"category": product.category} if product.category else {}),
            }
            for product in request.app.state.hub.docs
        ]
    )


async def index(request: Request) -> Response:
    product = _find(request)
    if not product.has_index:
        raise errors.not_found()
    base = f"{SITE}/docs/{product.slug}"
    if product.version:
        base += f"/{product.version}"
    lines = [f"- [{page.title}]({base}/{page.path}.md)" for page in product.pages.values()]
    return PlainTextResponse(f"# {product.title}\n\n## Docs\n\n" + "\n".join(lines) + "\n")


async def page(request: Request) -> Response:
    """GET /docs/{product}/[{version}/[en/]]{path}.md"""
    product = _find(request)
    path = request.path_params["path"]
    if product.version:
        path = VERSION.sub("", path, count=1)
    found = product.pages.get(path)
    if found is None:
        raise errors.not_found()
    return Response(found.markdown, media_type="text/markdown")


def _find(request: Request) -> Product:
    slug = request.path_params["slug"]
    hub: Hub = request.app.state.hub
    for product in hub.docs:
        if product.slug == slug:
            return product
    raise errors.not_found()
