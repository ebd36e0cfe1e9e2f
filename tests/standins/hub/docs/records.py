"""What documentation there is. Plain values, no HTTP."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

HEADING = re.compile(r"^(#{1,5}) (.+?)(?:\[\[(.+?)\]\])?$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Section:
    headings: tuple[str, ...]  # from the page's title down to its own
    anchor: str
    text: str


@dataclass(frozen=True)
class Page:
    path: str  # without .md
    markdown: str

    @property
    def title(self) -> str:
        return self.sections[0].headings[0]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(_sections(self.markdown))


def _sections(markdown: str) -> Iterator[Section]:
    # A comment in a code block looks like a heading.
    code = [match.span() for match in FENCE.finditer(markdown)]
    found = [
        heading
        for heading in HEADING.finditer(markdown)
        if not any(start <= heading.start() < end for start, end in code)
    ]
    path: tuple[str, ...] = ()
    for heading, following in pairwise([*found, None]):
        assert heading is not None
        path = (*path[: len(heading[1]) - 1], heading[2])
        text = markdown[heading.end() : following.start() if following else None]
        yield Section(path, heading[3] or heading[2].lower().replace(" ", "-"), text.strip())


@dataclass(frozen=True)
class Product:
    id: str
    url: str  # a path of the Hub, or a page elsewhere
    category: str | None = None
    version: str | None = None  # of products that are documented version by version
    has_index: bool = True  # llms.txt
    pages: Mapping[str, Page] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.url.removeprefix("/docs/")

    @property
    def title(self) -> str:
        return self.pages["index"].title if "index" in self.pages else self.id

    @property
    def is_external(self) -> bool:
        return not self.url.startswith("/docs/")
