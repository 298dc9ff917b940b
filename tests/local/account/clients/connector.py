"""Drives the account with snowflake-connector-python; prints one JSON line a check. Arguments: host, port."""

import json
import sys
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

try:
    snowflake.connector.connect(**{**settings, "password": "wrong"})
except snowflake.connector.errors.DatabaseError as error:
    check("refused", error.errno)
