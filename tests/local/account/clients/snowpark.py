"""Drives the account with Snowpark; prints one JSON line a check. Arguments: host, port."""

import datetime as dt
import decimal
import json
import pathlib
import sys
import tempfile

from snowflake.snowpark import Session, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.types import (
    ArrayType, BinaryType, BooleanType, DateType, DecimalType, DoubleType, LongType, MapType, StringType, StructField,
    StructType, TimestampType, TimeType, VariantType,
)

host, port = sys.argv[1], int(sys.argv[2])
settings = dict(account="FIRNLOCAL", user="ADMIN", password="right horse", host=host, port=port, protocol="http")


def check(name, value):
    print(json.dumps({"check": name, "value": value}, default=str), flush=True)


def rows(frame):
    return [list(row) for row in frame.collect()]


with Session.builder.configs(settings).create() as session:
    session.sql("CREATE WAREHOUSE w").collect()
    session.sql("CREATE DATABASE d").collect()
    session.use_schema("d.public")
    session.use_warehouse("w")
    people = session.create_dataframe([[i, i % 3, f"n{i}"] for i in range(100)], schema=["id", "g", "name"])
    people.write.mode("overwrite").save_as_table("people")
    table = session.table("people")
    check("grouped", rows(table.filter(F.col("id") > 10).group_by("g").agg(F.count("*"), F.max("id")).sort("g")))
    check("group count", rows(table.group_by("g").count().sort("g")))
    large = session.create_dataframe([[i, i * 1.5] for i in range(3000)], schema=["id", "x"])
    check("large", [large.count(), rows(large.agg(F.sum("x")))])
    people.limit(5).write.save_as_table("few", table_type="temp")
    people.limit(5).write.mode("append").save_as_table("few")
    people.limit(5).write.mode("truncate").save_as_table("few")
    check("modes", session.table("few").count())
    newest = Window.partition_by("g").order_by(F.col("id").desc())
    ranked = table.select("id", "g", F.row_number().over(newest).alias("r"))
    check("window", rows(ranked.filter(F.col("r") == 1).select("id").sort("id")))
    labels = session.create_dataframe([[0, "zero"], [1, "one"]], schema=["g", "label"])
    check("join", rows(table.join(labels, on="g", how="left").group_by("label").count().sort("label")))
    fields = [
        ("i", LongType()), ("d", DecimalType(10, 2)), ("f", DoubleType()), ("b", BooleanType()), ("s", StringType()),
        ("bin", BinaryType()), ("day", DateType()), ("tm", TimeType()), ("ts", TimestampType()), ("a", ArrayType()),
        ("m", MapType()), ("v", VariantType()),
    ]
    schema = StructType([StructField(name, kind) for name, kind in fields])
    full = [
        1, decimal.Decimal("1.25"), 1.5, True, "x", b"\x01", dt.date(2026, 1, 1), dt.time(1, 2, 3),
        dt.datetime(2026, 1, 1, 1, 2, 3), [1, 2], {"a": 1}, {"k": [1]},
    ]
    typed = session.create_dataframe([full, [None] * len(fields)], schema=schema)
    check("types", [[str(cell).replace("\n", "").replace(" ", "") for cell in row] for row in rows(typed)])
    updated = table.update({"name": "u"}, table["id"] < 5).rows_updated
    deleted = table.delete(table["id"] > 90).rows_deleted
    source = session.create_dataframe([[1, "m"], [1000, "new"]], schema=["id", "name"])
    merged = table.merge(source, table["id"] == source["id"], [
        F.when_matched().update({"name": source["name"]}),
        F.when_not_matched().insert({"id": source["id"], "name": source["name"]}),
    ])
    check("changes", [updated, deleted, merged.rows_inserted, merged.rows_updated])
    table.create_or_replace_dynamic_table("dynamic", warehouse="w", lag="1 minute")
    check("dynamic", session.table("dynamic").count())
    check("range", rows(session.range(1, 10, 4)))
    check("split", sum(part.count() for part in table.random_split([0.5, 0.5], seed=5162777419594850117)))
    session.sql("CREATE STAGE files").collect()
    file = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    file.write_text("1,x\n2,y\n")
    session.file.put(str(file), "@files/csv", auto_compress=False)
    pair = StructType([StructField("a", LongType()), StructField("b", StringType())])
    check("csv", rows(session.read.schema(pair).csv("@files/csv/a.csv")))
    table.write.copy_into_location("@files/parquet/", file_format_type="parquet", header=True, overwrite=True)
    unloaded = session.read.parquet("@files/parquet/")
    check("parquet", [unloaded.columns, unloaded.count()])
    check("binds", rows(session.sql("SELECT ? AS a, ? AS b", params=[1, "y"])))
    frame = session.table("people").group_by("g").count().sort("g").to_pandas()
    check("pandas", frame.shape)
