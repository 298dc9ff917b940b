"""Drives the account with snowflake-connector-python; prints one JSON line a check. Arguments: host, port."""

import datetime as dt
import decimal
import io
import json
import pathlib
import sys
import tempfile
import time

import snowflake.connector
from snowflake.connector import ProgrammingError

host, port = sys.argv[1], int(sys.argv[2])
settings = dict(
    account="FIRNLOCAL", user="ADMIN", password="right horse", host=host, port=port, protocol="http",
    login_timeout=10, network_timeout=20,
)


def check(name, value):
    print(json.dumps({"check": name, "value": value}, default=str), flush=True)


with snowflake.connector.connect(**settings) as connection:
    cursor = connection.cursor()
    check("row", cursor.execute("SELECT 1 AS A, 'x' AS B, NULL AS C").fetchone())
    check("description", [column.name for column in cursor.description])
    check("query id", len(cursor.sfqid))
    many = """WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 299)
              SELECT a.i * 300 + b.i AS N FROM n a CROSS JOIN n b ORDER BY 1"""
    rows = cursor.execute(many).fetchall()
    check("many", [len(rows), int(rows[0][0]), int(rows[-1][0])])
    cursor.execute_async("SELECT 42 AS ANSWER")
    query_id = cursor.sfqid
    while connection.is_still_running(connection.get_query_status(query_id)):
        time.sleep(0.05)
    cursor.get_results_from_sfqid(query_id)
    check("async", cursor.fetchall())
    try:
        cursor.execute("SELECT nonsense FROM nowhere")
    except ProgrammingError as error:
        check("error", [error.errno is not None, error.sqlstate is not None])
    results = [[list(row) for row in c] for c in connection.execute_string("SELECT 1; SELECT 2")]
    check("string", results)
    cursor.execute("SELECT 1; SELECT 2", num_statements=2)
    first = cursor.fetchall()
    cursor.nextset()
    check("multi", [first, cursor.fetchall()])

with snowflake.connector.connect(**settings, paramstyle="qmark") as connection:
    cursor = connection.cursor()
    for sql in ["CREATE WAREHOUSE w", "CREATE DATABASE d", "CREATE TABLE t (a INT, b VARCHAR)"]:
        cursor.execute(sql)
    cursor.executemany("INSERT INTO t VALUES (?, ?)", [(i, f"r{i}") for i in range(1000)])
    vectors = "SELECT [1, 2.5]::VECTOR(FLOAT, 2), [3, 4]::VECTOR(INT, 2)"
    check("vectors", [list(row) for row in cursor.execute(vectors).fetchall()])
    check("binds", cursor.execute("SELECT COUNT(*), SUM(a) FROM t WHERE b LIKE ?", ("r%",)).fetchone())

    every = [
        1, 1.5, decimal.Decimal("12345678901234567890.123"), "té'\\", True, None, b"\x00\xff", dt.date(2026, 3, 1),
        dt.time(1, 2, 3, 456789), dt.datetime(2026, 3, 1, 1, 2, 3, 456789),
        ("TIMESTAMP_TZ", dt.datetime(2026, 3, 1, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))),
    ]
    columns = """i INT, f FLOAT, d NUMBER(38,3), t VARCHAR, b BOOLEAN, n VARCHAR, bin BINARY, day DATE, tm TIME,
      ntz TIMESTAMP_NTZ, tz TIMESTAMP_TZ"""
    cursor.execute(f"CREATE TABLE every ({columns})")
    marks = ", ".join("?" for _ in every)
    cursor.execute(f"INSERT INTO every VALUES ({marks})", every)
    # Without the last, which is written as a moment without its offset.
    cursor.execute("CREATE TABLE most LIKE every")
    cursor.execute("ALTER TABLE most DROP COLUMN tz")
    some = ", ".join("?" for _ in every[1:])
    cursor.executemany(f"INSERT INTO most VALUES ({some})", [every[:-1]] * 20)
    cursor.executemany(f"INSERT INTO most SELECT {some}", [every[:-1]] * 2)
    check("many of every type", cursor.execute("SELECT COUNT(*) FROM (SELECT * FROM most INTERSECT SELECT * EXCLUDE tz FROM every)").fetchone())
    row = cursor.execute("SELECT DISTINCT * FROM every").fetchall()
    check("every type", [cursor.execute("SELECT COUNT(*) FROM every").fetchone()[0], [[str(v) for v in r] for r in row]])
    cursor.execute("CREATE TABLE wide (a INT, b VARCHAR, at TIMESTAMP_NTZ)")
    moment = dt.datetime(2026, 1, 1)
    rows = [(i, None if i % 2 else f'"r,{i}', moment + dt.timedelta(microseconds=i)) for i in range(30_000)]
    cursor.executemany("INSERT INTO wide VALUES (?, ?, ?)", rows)
    check("many binds", [cursor.rowcount, *map(str, cursor.execute("SELECT SUM(a), COUNT(b), MAX(b), MAX(at) FROM wide").fetchone())])
    cursor.execute("SELECT ?; SELECT ?, ?", (1, 2, 3), num_statements=2)
    first = cursor.fetchall()
    cursor.nextset()
    check("multi binds", [first, cursor.fetchall()])
    cursor.execute("CREATE TABLE IDENTIFIER(?) (a INT)", ("named",))
    check("bound name", cursor.execute("SELECT COUNT(*) FROM named").fetchone())

    cursor.execute("CREATE STAGE files")
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ["m1.csv", "m2.csv"]:
        (folder / name).write_text("1,x\n2,y\n")
    put = f"PUT file://{folder}/m*.csv @files/in"
    check("put", sorted([row[1], row[6]] for row in cursor.execute(put).fetchall()))
    check("put again", sorted(row[6] for row in cursor.execute(put).fetchall()))
    cursor.execute("PUT file://stream.csv @files/stream AUTO_COMPRESS = FALSE", file_stream=io.BytesIO(b"9,z\n"))
    cursor.execute("CREATE TABLE loaded (a INT, b VARCHAR)")
    cursor.execute("COPY INTO loaded FROM @files")
    check("loaded", cursor.execute("SELECT COUNT(*), SUM(a) FROM loaded").fetchone())
    back = folder / "back"
    back.mkdir()
    cursor.execute(f"GET @files/stream file://{back}/")
    check("get", [[file.name, file.read_text()] for file in back.iterdir()])

try:
    snowflake.connector.connect(**{**settings, "password": "wrong"})
except snowflake.connector.errors.DatabaseError as error:
    check("refused", error.errno)
