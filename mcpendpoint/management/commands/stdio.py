"""`manage.py stdio`, and `hfmcp stdio`: serves the client that started it, on standard streams."""

import asyncio
import gc
import os
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from accounts.consequences import ALWAYS_ASK, JUST_DO_IT
from accounts.preferences import find_user
from mcpendpoint.access.holder import FindAccount, Holder, own_token
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import InvalidOverrides, RequestOverrides, overrides_of
from mcpendpoint.serving.answers import Answers
from mcpendpoint.serving.directions import program_directions
from mcpendpoint.serving.server import make_program_server
from mcpendpoint.serving.tool_lists import SerializedToolLists
from mcpendpoint.transports.stdio.serving import serve
from mcpendpoint.transports.stdio.session import Service
from mcpendpoint.transports.stdio.streams import Wire, claim

LEAVE_SECONDS = 1.0
"""Threads that look up a name, or read what nobody writes, are not waited for any longer."""

ASK = IF_POSSIBLE, ALWAYS, NEVER = ("if-possible", "always", "never")


class Command(BaseCommand):
    help = "Serve MCP on standard input and output, for a client on this computer."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("spaces", nargs="*", metavar="owner/space", help="Spaces to add")
        parser.add_argument("--bouquet", action="append", default=[], help="preset of tools")
        parser.add_argument("--mix", action="append", default=[], help="presets to add")
        parser.add_argument("--gradio", action="append", default=[], help="Spaces to add, or none")
        parser.add_argument("--no-image-content", action="store_true", help="leave images out")
        parser.add_argument(
            "--account",
            action="store_true",
            help="use what the token's owner saved on the settings page of this server",
        )
        parser.add_argument(
            "--ask",
            choices=ASK,
            default=None,
            help=(
                "whether to have the client ask before a call deletes, publishes or spends: "
                "if-possible (the default) makes the call where the client cannot ask, always "
                "does not, never does not ask"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wire = claim()
        overrides = _read_overrides(options)
        has_account, ask = options["account"], options["ask"] or IF_POSSIBLE
        if has_account and options["ask"]:
            raise CommandError("With --account, what was saved says when to ask: leave --ask out.")
        holder = Holder(
            _find_account() if has_account else None, JUST_DO_IT if ask == NEVER else ALWAYS_ASK
        )
        try:
            selection_of(holder.unchecked(), overrides)
        except InvalidOverrides as invalid:
            raise CommandError(str(invalid)) from invalid
        server = make_program_server(has_account=has_account)
        lists = SerializedToolLists(server)
        service = Service(
            Answers(server, lists),
            lists,
            holder,
            overrides,
            program_directions(has_account=has_account),
            runs_unasked=not has_account and ask == IF_POSSIBLE,
        )
        if os.isatty(wire.incoming):
            self.stderr.write("This is for MCP clients, which start it. End it with Ctrl-D.")
        gc.freeze()
        gc.enable()
        asyncio.run(_serve(service, wire, follows=has_account))


async def _serve(service: Service, wire: Wire, *, follows: bool) -> None:
    if follows:
        from accounts.news import follower

        follower.start()
    await serve(service, wire)
    timer = threading.Timer(LEAVE_SECONDS, os._exit, (0,))
    timer.daemon = True
    timer.start()


def _read_overrides(options: dict[str, Any]) -> RequestOverrides:
    try:
        return overrides_of(
            bouquets=options["bouquet"],
            mix=options["mix"],
            spaces=[*options["gradio"], *options["spaces"]],
            no_image_content=options["no_image_content"],
        )
    except InvalidOverrides as invalid:
        raise CommandError(str(invalid)) from invalid


def _find_account() -> FindAccount:
    if own_token() is None:
        raise CommandError(
            "--account needs a Hugging Face token: set HF_TOKEN, or run `hf auth login`."
        )
    try:
        find_user("")
    except DatabaseError as error:
        raise CommandError(
            "--account needs the database of the server on which tools were selected: set "
            "DATABASE_URL, and migrate it."
        ) from error
    finally:
        connection.close()
    from mcpendpoint.access.caller import holder_of

    return holder_of
