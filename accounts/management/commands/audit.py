"""`hfmcp audit export`: the audit log as JSON lines, for a SIEM that reads on where it stopped."""

import os
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from accounts.audit import Action
from accounts.audit_export import fields_of
from accounts.audit_feed import StillWriting, events_after, first_id_since
from accounts.management.acting import BY_COMMAND


class Command(BaseCommand):
    help = "Exports the audit log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
        text = (
            "write the audit log to standard output, oldest first, a JSON object on each line. "
            "The id of the last line is where the next export begins: --since ID"
        )
        export = commands.add_parser("export", help=text, description=text)
        export.add_argument(
            "--since",
            default="0",
            metavar="TIME|ID",
            help="only what is of this ISO 8601 time or later, or comes after the event of this id",
        )

    def handle(self, *args: Any, since: str, **options: Any) -> None:
        last, moment = _read_place(since)
        written = 0
        try:
            for event in events_after(last, moment):
                line = {"id": event.pk, **fields_of(event)}
                self.stdout.write(orjson.dumps(line).decode())
                last, written = event.pk, written + 1
            self.stdout.flush()
        except StillWriting as error:
            raise CommandError(
                "Somebody has been writing to the log for a minute, and may not be left out. "
                "Nothing was exported; try again."
            ) from error
        except BrokenPipeError:
            # Whoever reads has enough. Python would complain when it flushes at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        else:
            self.stderr.write(f"{written} events. Go on with --since {last}")
        audit.record(Action.AUDIT_EXPORTED, detail=BY_COMMAND | {"events": written})


def _read_place(text: str) -> tuple[int, datetime | None]:
    if text.isascii() and text.isdigit():
        return int(text), None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            "--since should be the id of an event, or a time such as 2026-11-30T12:00:00+00:00."
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return first_id_since(moment), moment
