"""The page of one tool, without its script."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse


@dataclass
class ToolPage:
    client: Client
    name: str

    @property
    def path(self) -> str:
        return reverse("tools:tool", args=[self.name])

    def open(self) -> Any:
        return self.client.get(self.path)

    @property
    def text(self) -> str:
        return words_of(self.open())

    def run(self, **typed: Any) -> Any:
        """Send the form; what is not typed is left empty, and a list names several."""
        return self.client.post(self.path, {f"arg.{name}": each for name, each in typed.items()})

    def said(self, **typed: Any) -> str:
        return words_of(self.run(**typed))


def words_of(response: Any) -> str:
    """Return what is to be read on a page, on one line."""
    html = response.content.decode()
    main = html.partition("<main")[2] or html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
