"""An open connection comes in; its tables go out as this version of the program needs them."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from ivr.errors import StoreUnavailable

__all__ = ["newest_revision", "upgrade"]


def _config() -> Config:
    config = Config()
    config.set_main_option(
        "script_location", str(files("ivr.accounts.schema") / "migrations").replace("%", "%%")
    )
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str:
    """The revision this version of the program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the package has no migrations"
    return head


def upgrade(connection: Connection) -> None:
    """Create the tables or bring them forward, inside the caller's transaction.

    StoreUnavailable when the store was written by a newer version of the program.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    if found == newest_revision():
        return
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreUnavailable(
            f"the store is at schema {found}, which this version does not know; use the version that made it"
        ) from error
