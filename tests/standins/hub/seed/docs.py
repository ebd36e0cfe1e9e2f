"""The documentation: the products of docs.yaml, with the pages of docs_pages/ and a long one."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.standins.hub.docs.records import Page, Product

HERE = Path(__file__).parent
LONG_PAGE = "package_reference/hf_api"
VERBS = ("add", "create", "delete", "get", "list", "move", "update", "upload")
THINGS = ("bucket", "collection", "commit", "discussion", "file", "folder", "repo")


def products() -> Iterator[Product]:
    for record in yaml.safe_load((HERE / "docs.yaml").read_text(encoding="utf-8")):
        pages = {page.path: page for page in _pages(record)}
        yield Product(
            record["id"],
            record["url"],
            record.get("category"),
            record.get("version"),
            record.get("index", True),
            pages,
        )


def _pages(record: dict[str, Any]) -> Iterator[Page]:
    folder = HERE / "docs_pages" / record["id"]
    files = sorted(folder.rglob("*.md"), key=lambda file: (file.stem != "index", file))
    for file in files:
        path = file.relative_to(folder).with_suffix("").as_posix()
        yield Page(path, file.read_text(encoding="utf-8"))
    if record["id"] == "huggingface_hub":
        yield Page(LONG_PAGE, _reference())


def _reference() -> str:
    """Return a page as long as references are: 100,000 characters."""
    parts = ["# HfApi Client[[hfapi-client]]\n\nBelow is the `HfApi` class.\n"]
    parts.append("## HfApi[[huggingface_hub.HfApi]]\n\nAll methods take a `token`.\n")
    parts += [_method(verb, thing) for verb, thing in product(VERBS, THINGS)]
    return "\n".join(parts)


def _method(verb: str, thing: str) -> str:
    name = f"{verb}_{thing}"
    full_name = f"huggingface_hub.HfApi.{name}"
    note = f"The {thing} must be one that your token may {verb}. " * 20
    return f"""#### {name}[[{full_name}]]

[Source](https://github.com/huggingface/huggingface_hub/blob/v2.4.0/src/huggingface_hub/hf_api.py)

{verb.title()} a {thing} on the Hub.

Example:

```python
# {verb} it
>>> api.{name}("acme/tiny-llm")
```

**Parameters:**

{thing}_id (`str`) : The {thing}: owner and name, separated by `/`.

token (`bool` or `str`, *optional*) : A valid user access token. Defaults to the saved one.

**Raises:**

`HfHubHTTPError` : 403 when the token has no right to it, 404 when there is no such {thing}. {note}
"""
