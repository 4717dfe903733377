"""Read the rows of a query from an SQLite database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd

from seqtasks.errors import DataError
from seqtasks.tables.columns import Columns
from seqtasks.tables.frame import columns_of


def read_query(path: str, query: str) -> Columns:
    """The rows of a query, in its order; of the only table if the query is empty. The database is opened read-only.

    Raises:
        DataError: If the database cannot be read, the query fails, or there is no query and more than one table.
    """
    place = Path(path).expanduser().resolve()
    try:
        with closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)) as connection:
            tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
            if not query and len(tables) != 1:
                first = tables[0] if tables else "TABLE"
                raise DataError(
                    f"{path} holds {len(tables)} tables{': ' * bool(tables)}{', '.join(tables)}.",
                    f'Choose rows by a query, such as query="select * from {first}".',
                )
            frame = pd.read_sql(query or f'select * from "{tables[0]}"', connection)
    except (sqlite3.Error, pd.errors.DatabaseError) as error:
        reason = str(error.__cause__ or error)
        raise DataError(
            f"{path} cannot be read: {reason}.", "Correct the query." if query else "Check the file."
        ) from error
    return columns_of(path, frame)
