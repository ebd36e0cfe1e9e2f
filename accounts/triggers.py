"""Triggers that note in the database what decides about a person's requests, whoever changes it:
this site, `manage.py`, or an operator with a database client. accounts.news reads the notes.

Set up after each `migrate`, since SQLite loses those of a table that a migration alters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper

_PREFIX = "hfmcp_note_"
_NOTES = "accounts_personchange"


@dataclass(frozen=True)
class _Watched:
    table: str
    person: str
    """The column that says whose a row is, or NULL where a row concerns many people."""
    columns: tuple[str, ...]
    """Those whose change counts."""
    on_insert: bool = False
    on_delete: bool = True
    only_unexpired_deletes: bool = False


_WATCHED = (
    _Watched(
        "accounts_user",
        "id",
        ("username", "hf_id", "is_active", "hub_changes", "has_chosen_spaces"),
    ),
    _Watched(
        "accounts_toolselection",
        "user_id",
        (
            *("tools", "include_images", "urls_may_write"),
            *("approve_delete", "approve_publish", "approve_spend"),
        ),
        on_insert=True,
    ),
    _Watched(
        "accounts_selectedspace",
        "user_id",
        (
            *("space_id", "slot", "is_active", "is_in_default", "is_private", "was_default"),
            *("asks_first", "tools", "takes_over", "pins", "pins_cover_parts", "tool_words"),
            *("header_names", "offers_resources", "offers_prompts", "answers_within"),
        ),
        on_insert=True,
    ),
    _Watched(
        "accounts_profile",
        "user_id",
        (
            *("name", "is_default", "tools", "include_images", "urls_may_write"),
            *("approve_delete", "approve_publish", "approve_spend"),
        ),
        on_insert=True,
    ),
    _Watched(
        "accounts_profilespace",
        "user_id",
        (
            *("asks_first", "tools", "tool_words"),
            *("offers_resources", "offers_prompts", "answers_within"),
        ),
        on_insert=True,
    ),
    _Watched(
        "accounts_hubcredential",
        "user_id",
        ("kind", "access_token", "scope", "needs_sign_in", "expires_at"),
        on_insert=True,
    ),
    _Watched(
        "accounts_accesskey",
        "user_id",
        ("name", "digest", "scope", "expires_at", "profile_id"),
    ),
    # Its tokens go with it, and are watched themselves.
    _Watched("authorization_connection", "user_id", ("profile_id",), on_delete=False),
    _Watched(
        "authorization_accesstoken",
        "user_id",
        ("scope", "resource", "expires"),
        only_unexpired_deletes=True,
    ),
    # What they are let in by: accounts.operators.access. A grant or an invitation may be of many.
    _Watched("operators_membership", "user_id", ("org_id", "name"), on_insert=True),
    _Watched("operators_invitation", "NULL", ("subject",), on_insert=True),
    _Watched("operators_rolegrant", "NULL", ("subject",), on_insert=True),
    # What they are offered: accounts.groups.
    _Watched(
        "groups_group",
        "NULL",
        (
            *("name", "is_for_others", "tools", "spaces", "default_tools", "default_spaces"),
            *("requests_per_minute", "writes_per_minute", "space_calls_per_minute", "streams"),
            *("approve_delete", "approve_publish", "approve_spend"),
        ),
        on_insert=True,
    ),
    _Watched("groups_groupmember", "NULL", ("group_id", "subject"), on_insert=True),
    # A name that has waited for somebody may stand for many: an organization's, that is.
    _Watched("operators_namebinding", "NULL", ("word", "hf_id"), on_insert=True),
    # Its tokens go with an application, and are watched themselves.
    _Watched("authorization_application", "NULL", ("is_active", "name"), on_delete=False),
)


@dataclass(frozen=True)
class _Trigger:
    table: str
    event: str
    condition: str
    person: str

    @property
    def name(self) -> str:
        # With a digest, so that an upgrade that changes a trigger makes a new one.
        text = f"{self.table} {self.event} {self.condition} {self.person}"
        return f"{_PREFIX}{self.event.lower()}_{sha256(text.encode()).hexdigest()[:12]}"


def set_up(using: str, **kwargs: Any) -> None:
    """Make the triggers that are missing, drop those of another version (for post_migrate)."""
    connection = connections[using]
    dialect = _DIALECTS.get(connection.vendor)
    if dialect is None:
        return
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if _NOTES in tables:
            _set_to({t.name: t for t in _triggers(dialect) if t.table in tables}, cursor, dialect)


def take_down(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop all, for a migration back to where there is nothing to note in: each would fail."""
    dialect = _DIALECTS.get(schema_editor.connection.vendor)
    if dialect is not None:
        with schema_editor.connection.cursor() as cursor:
            _set_to({}, cursor, dialect)


def _set_to(wanted: Mapping[str, _Trigger], cursor: CursorWrapper, dialect: "_Dialect") -> None:
    cursor.execute(dialect.existing, [f"{_PREFIX}%"])
    existing: dict[str, str] = dict(cursor.fetchall())
    for name in existing.keys() - wanted.keys():
        cursor.execute(dialect.drop.format(name=name, table=existing[name]))
    for name in wanted.keys() - existing.keys():
        for statement in dialect.create(wanted[name]):
            cursor.execute(statement)


def _note(person: str, now: str) -> str:
    return f"INSERT INTO {_NOTES} (user_id, at) VALUES ({person}, {now})"  # noqa: S608 - all ours


class _Sqlite:
    has_truncate = False
    existing = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    drop = "DROP TRIGGER {name}"
    differs = "OLD.{0} IS NOT NEW.{0}"
    now = "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')"

    def create(self, trigger: _Trigger) -> Iterator[str]:
        row = "NEW" if trigger.event == "INSERT" else "OLD"
        person = trigger.person if trigger.person == "NULL" else f"{row}.{trigger.person}"
        when = f"WHEN {trigger.condition} " if trigger.condition else ""
        yield (
            f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON {trigger.table} "
            f"FOR EACH ROW {when}BEGIN {_note(person, self.now)}; END"
        )


class _Postgresql:
    has_truncate = True
    existing = (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE pg_table_is_visible(c.oid) AND t.tgname LIKE %s"
    )
    drop = "DROP TRIGGER {name} ON {table}"
    differs = "OLD.{0} IS DISTINCT FROM NEW.{0}"
    now = "clock_timestamp()"
    """The transaction may have begun long ago."""

    def create(self, trigger: _Trigger) -> Iterator[str]:
        function = f"{_PREFIX}{trigger.person.lower()}"
        person = trigger.person
        if person != "NULL":
            person = f"COALESCE(NEW.{person}, OLD.{person})"
        yield (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {_note(person, self.now)}; RETURN NULL; END $$"
        )
        when = f"WHEN ({trigger.condition}) " if trigger.condition else ""
        each = "STATEMENT" if trigger.event == "TRUNCATE" else "ROW"
        yield (
            f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON {trigger.table} "
            f"FOR EACH {each} {when}EXECUTE FUNCTION {function}()"
        )


_Dialect = _Sqlite | _Postgresql
_DIALECTS: dict[str, _Dialect] = {"sqlite": _Sqlite(), "postgresql": _Postgresql()}


def _triggers(dialect: _Dialect) -> Iterator[_Trigger]:
    for watched in _WATCHED:
        changed = " OR ".join(dialect.differs.format(column) for column in watched.columns)
        yield _Trigger(watched.table, "UPDATE", changed, watched.person)
        if dialect.has_truncate:
            yield _Trigger(watched.table, "TRUNCATE", "", "NULL")
        if watched.on_insert:
            yield _Trigger(watched.table, "INSERT", "", watched.person)
        if watched.on_delete:
            unexpired = f"OLD.expires > {dialect.now}" if watched.only_unexpired_deletes else ""
            yield _Trigger(watched.table, "DELETE", unexpired, watched.person)
