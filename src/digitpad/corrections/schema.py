"""The version of a store's tables, and how an older one is brought up to the newest."""

from sqlalchemy import Connection, inspect, text

from digitpad.corrections import tables
from digitpad.errors import KeepingError

VERSION = 1
"""The newest; `migrations/versions` leads there."""

VERSION_TABLE = "digitpad_version"


def find_version(connection: Connection) -> int | None:
    """The version of the tables in a database; None if there are none, and none of another program in their place.

    Raises:
        KeepingError: the tables are another program's, or a newer digitpad's.
    """
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE in names:
        found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        if not str(found).isdecimal() or int(str(found)) > VERSION:
            raise KeepingError(
                f"Expected corrections kept by this version of digitpad or an older one, with schema {VERSION} or "
                f"below; got schema {found}. Update digitpad."
            )
        return int(str(found))
    is_shared = connection.dialect.name != "sqlite"  # a database of many may hold other tables
    others = names & set(tables.metadata.tables) if is_shared else names
    if others:
        raise KeepingError(
            f"Expected a database of corrections, or an empty one; it has another program's tables, such as "
            f"{min(others)!r}, and was left as it is. Choose another."
        )
    return None


def bring_up(connection: Connection) -> None:
    """Run the migrations that are missing, in a transaction that nobody else writes in."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "digitpad.corrections:migrations")
    command.upgrade(config, "head")
