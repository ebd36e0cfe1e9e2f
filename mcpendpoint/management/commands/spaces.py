"""`hfmcp spaces check`: whether Spaces answer, as somebody without a token sees them."""

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.space_models import SelectedSpace
from mcpendpoint.gradio.discovery import find_space, find_tools
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.states import state_label

AT_ONCE = 8
MOST_CHECKED = 5_000


class Command(BaseCommand):
    help = "Looks at Spaces."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
        text = "say whether Spaces answer, and with how many tools; fails if one does not"
        check = commands.add_parser("check", help=text, description=text)
        check.add_argument(
            "spaces",
            nargs="*",
            metavar="owner/name",
            help="by default the default Spaces and the public ones that people have added",
        )

    def handle(self, *args: Any, spaces: list[str], **options: Any) -> None:
        names = list(dict.fromkeys(spaces or _in_use()))
        results = asyncio.run(_check_all(names[:MOST_CHECKED]))
        for name, (is_well, text) in zip(names, results, strict=False):
            mark = self.style.SUCCESS("ok     ") if is_well else self.style.ERROR("failure")
            self.stdout.write(f"{mark} {name}  {text}")
        if len(names) > MOST_CHECKED:
            self.stderr.write(f"{len(names) - MOST_CHECKED} further Spaces were not looked at.")
        if not all(is_well for is_well, _ in results):
            sys.exit(1)


def _in_use() -> Iterable[str]:
    yield from settings.DEFAULT_SPACES
    added = SelectedSpace.objects.filter(is_active=True, is_private=False)
    yield from added.order_by("space_id").values_list("space_id", flat=True).distinct()


async def _check_all(names: list[str]) -> list[tuple[bool, str]]:
    places = asyncio.Semaphore(AT_ONCE)

    async def check(name: str) -> tuple[bool, str]:
        async with places:
            return await _check(name)

    return await asyncio.gather(*map(check, names))


async def _check(name: str) -> tuple[bool, str]:
    try:
        info = (await find_space(name, is_private=False, token=None)).value
        if info.problem is not None:
            raise info.problem
        schema = (await find_tools(info, None)).value
    except SpaceError as error:
        return False, str(error)
    return True, f"{state_label(info.stage)}, {len(schema.tools)} tools"
