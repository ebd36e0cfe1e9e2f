"""Writes the secrets that a fresh clone lacks to `.env`, and keeps those that are there.

`python -m hfmcp_site.bootstrap`; `make run` calls it. Needs no settings.

None is made up beside a database that holds credentials: they were encrypted with the secret that
is missing, and a new one would only hide that.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from hfmcp_site import env
from hfmcp_site.env import GENERATED

CREDENTIALS = "accounts_hubcredential"
ANEW = "python -m hfmcp_site.bootstrap --anew"


class SecretsLost(Exception):
    """The database holds what can be read with the missing secrets only, or cannot be asked."""


def ensure_secrets(
    path: Path, environment: Mapping[str, str], database: dict[str, Any] | None
) -> list[str]:
    """Write missing secrets to `.env`, readable by its owner only; return their names.

    Raises SecretsLost, but not without a database to look into.
    """
    present = path.read_text() if path.exists() else ""
    lines = present.splitlines()
    written = dict(map(_read_line, lines))
    missing = [name for name in GENERATED if not (environment.get(name) or written.get(name))]
    if not missing:
        return []
    if database is not None and _holds_credentials(database):
        raise SecretsLost(
            f"{' and '.join(missing)} should be set: the database holds credentials of people, "
            "which only the secrets that they were stored with can open. Take those from another "
            f"host of this server or from a backup. If they are lost for good, {ANEW} makes new "
            "ones; then everybody has to sign in again."
        )
    # The first line of a name counts, so that an empty one must not stay.
    kept = [line for line in lines if _read_line(line)[0] not in missing]
    path.touch(mode=0o600)
    path.write_text("\n".join([*kept, *(f"{name}={GENERATED[name]()}" for name in missing)]) + "\n")
    return missing


def _read_line(line: str) -> tuple[str, str]:
    name, _, value = line.removeprefix("export ").partition("=")
    return name.strip(), value.strip().strip("\"'")


def _holds_credentials(database: dict[str, Any]) -> bool:
    is_sqlite = database["ENGINE"] == "django.db.backends.sqlite3"
    if is_sqlite and not Path(database["NAME"]).exists():
        return False
    settings.configure(DATABASES={"default": database}, USE_TZ=True)
    try:
        with connection.cursor() as cursor:
            if CREDENTIALS not in connection.introspection.table_names(cursor):
                return False
            cursor.execute(f"SELECT 1 FROM {CREDENTIALS} LIMIT 1")  # noqa: S608 - a constant
            return cursor.fetchone() is not None
    except DatabaseError as error:
        raise SecretsLost(
            f"{' and '.join(GENERATED)} should be set. The database cannot be asked whether it "
            "holds credentials already, so none were made for it."
        ) from error
    finally:
        connection.close()


def main(*, is_anew: bool) -> None:
    env.begin()
    database = None if is_anew else env.database("DATABASE_URL", env.default_database())
    file = env.data_directory() / ".env"
    try:
        names = ensure_secrets(file, env.env.ENVIRON, database)
    except SecretsLost as lost:
        sys.exit(str(lost))
    for name in names:
        print(f"Generated {name} in {file.name}")


if __name__ == "__main__":
    main(is_anew="--anew" in sys.argv[1:])
