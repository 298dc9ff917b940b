"""Drives the account with snowflake-sqlalchemy; prints one JSON line a check. Arguments: host, port."""

import datetime as dt
import json
import sys

from snowflake.sqlalchemy import URL, VARIANT
from sqlalchemy import (
    Boolean, Column, Date, DateTime, Float, ForeignKey, Integer, MetaData, Numeric, Sequence, String, Table,
    create_engine, func, inspect, select, text,
)

host, port = sys.argv[1], int(sys.argv[2])
settings = dict(account="FIRNLOCAL", user="ADMIN", password="right horse", host=host, port=port)


def check(name, value):
    print(json.dumps({"check": name, "value": value}, default=str), flush=True)


with create_engine(URL(**settings), connect_args={"protocol": "http"}).connect() as connection:
    connection.execute(text("CREATE WAREHOUSE w"))
    connection.execute(text("CREATE DATABASE d"))
engine = create_engine(URL(**settings, database="d", schema="public", warehouse="w"), connect_args={"protocol": "http"})
tables = MetaData()
parent = Table(
    "parent", tables, Column("id", Integer, Sequence("ids"), primary_key=True),
    Column("name", String(50), nullable=False, unique=True), comment="the parents",
)
child = Table(
    "child", tables, Column("id", Integer, primary_key=True, autoincrement=True),
    Column("parent_id", Integer, ForeignKey("parent.id")), Column("amount", Numeric(10, 2)), Column("at", DateTime),
    Column("ok", Boolean, default=True), Column("d", Date), Column("f", Float), Column("v", VARIANT),
)
tables.create_all(engine)
with engine.begin() as connection:
    connection.execute(parent.insert(), [{"id": i, "name": f"p{i}"} for i in range(20)])
    one = dict(parent_id=1, amount=1.25, at=dt.datetime(2026, 1, 1, 1, 2, 3), d=dt.date(2026, 1, 1), f=1.5)
    connection.execute(child.insert().values(**one))
    check("row", [str(cell) for cell in connection.execute(select(child)).one()])
    joined = select(parent.c.name, child.c.amount).join(child, child.c.parent_id == parent.c.id)
    check("join", [list(row) for row in connection.execute(joined)])
    changed = connection.execute(parent.update().where(parent.c.id > 15).values(name="x")).rowcount
    check("counts", [changed, connection.execute(parent.delete().where(parent.c.id > 15)).rowcount])
with engine.connect() as connection:
    transaction = connection.begin()
    connection.execute(parent.insert().values(id=999, name="z"))
    transaction.rollback()
with engine.connect() as connection:
    check("rolled back", connection.execute(select(func.count()).where(parent.c.id == 999)).scalar())
seen = inspect(engine)
check("tables", [seen.get_table_names(), seen.has_table("child"), seen.has_table("nope"), seen.get_sequence_names()])
check("columns", [[c["name"], str(c["type"]), c["nullable"]] for c in seen.get_columns("child")])
check("keys", [
    seen.get_pk_constraint("child")["constrained_columns"], seen.get_foreign_keys("child")[0]["referred_columns"],
    seen.get_unique_constraints("parent")[0]["column_names"], seen.get_table_comment("parent")["text"],
])
reflected = MetaData()
reflected.reflect(engine)
check("reflected", [sorted(reflected.tables), [str(c.type) for c in reflected.tables["child"].columns]])
