"""The PostgreSQL of the testbed is a real one."""

import pytest
import sqlalchemy as sa

from tests.testbed.postgres import Databases

pytestmark = pytest.mark.postgres


def test_each_database_is_new_and_empty(postgres: Databases) -> None:
    first, second = sa.create_engine(postgres.fresh()), sa.create_engine(postgres.fresh())
    with first.begin() as connection:
        connection.execute(sa.text("CREATE TABLE seen (id integer)"))

    tables = [sa.inspect(engine).get_table_names() for engine in (first, second)]

    first.dispose()
    second.dispose()
    assert tables == [["seen"], []]
