"""`hfmcp sessions`: which sessions of clients have an open stream, and how to end some."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.authorization.connections import sign_out_everywhere
from accounts.management.acting import (
    BY_COMMAND,
    PERSON_HELP,
    add_yes,
    ask_first,
    describe,
    find_person,
)
from dashboard.connections_shown import StreamNow
from dashboard.reading_connections import open_streams_one_by_one
from mcpendpoint.push.stored_endings import store


class Command(BaseCommand):
    help = "Lists and ends sessions of clients."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
        text = "list sessions with an open stream, the newest first, as JSON lines"
        listing = commands.add_parser("list", help=text, description=text)
        listing.add_argument("--person", help=PERSON_HELP)
        listing.set_defaults(run=self._list)
        text = (
            "end one session of a client; or sign a person out everywhere: browsers, apps that "
            "are connected, and sessions with an open stream. Access keys stay"
        )
        end = commands.add_parser("end", help=text, description=text)
        which = end.add_mutually_exclusive_group(required=True)
        which.add_argument("session", nargs="?", help="its number, as `sessions list` shows it")
        which.add_argument("--person", help=PERSON_HELP)
        add_yes(end)
        end.set_defaults(run=self._end)

    def handle(self, *args: Any, run: Callable[..., None], **options: Any) -> None:
        run(**options)

    def _list(self, person: str | None, **options: Any) -> None:
        name = find_person(person).username if person else None
        streams = _streams_of(name)
        for stream in streams:
            facts = {
                "session": stream.session,
                "person": stream.username or None,
                "client": f"{stream.client_name} {stream.client_version}".strip(),
                "since": stream.since.isoformat(),
                "state": stream.state,
            }
            self.stdout.write(json.dumps(facts))
        if not streams:
            self.stderr.write("No session has an open stream.")

    def _end(self, session: str | None, person: str | None, yes: bool, **options: Any) -> None:
        if person is not None:
            self._sign_out(person, yes=yes)
            return
        stream = next((each for each in _streams_of(None) if each.session == session), None)
        if stream is None:
            raise CommandError("No session of this number has an open stream: `sessions list`.")
        client, of = stream.client_name or "an unnamed client", stream.username or "nobody"
        ask_first(self, f"The session of {client}, of {of}, will be ended.", is_sure=yes)
        _end_stream(stream)
        self.stdout.write("It is ended, at every worker within two seconds.")

    def _sign_out(self, person: str, *, yes: bool) -> None:
        user = find_person(person)
        streams = _streams_of(user.username)
        sessions = f"{len(streams)} open sessions of clients will be ended"
        ask_first(self, f"{describe(user)} will be signed out everywhere; {sessions}.", is_sure=yes)
        sign_out_everywhere(user, detail=BY_COMMAND)
        for stream in streams:
            _end_stream(stream)
        self.stdout.write(f"{describe(user)} is signed out. `people block` keeps somebody out.")


def _streams_of(username: str | None) -> list[StreamNow]:
    streams = (each for each in open_streams_one_by_one(timezone.now()) if each.session)
    return [each for each in streams if username is None or each.username == username]


def _end_stream(stream: StreamNow) -> None:
    store(stream.session)
    of = {"of": stream.username} if stream.username else {}
    audit.record(Action.SESSION_ENDED, client=stream.client_name, detail=BY_COMMAND | of)
