"""What has to be so before a worker serves anybody."""

import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.database import UNAVAILABLE

logger = logging.getLogger(__name__)


def require_migrations() -> None:
    """Raises ImproperlyConfigured for a database that lacks migrations of this version."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except UNAVAILABLE as error:
        # It may come back, and until then everybody is told so.
        logger.warning("The database does not answer yet: %s.", type(error).__name__)
        return
    finally:
        connection.close()
        if close_pool := getattr(connection, "close_pool", None):
            close_pool()  # its threads would not live through a fork
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing[:5])
        raise ImproperlyConfigured(
            f"The database lacks {len(missing)} migrations ({names} …). "
            "Run `python manage.py migrate`, or `hfmcp migrate` where it is installed, first."
        )
