"""Reads results as pandas frames and Arrow tables; prints one JSON line a check. Arguments: host, port."""

import json
import sys

import pandas
import snowflake.connector
from snowflake.connector.pandas_tools import write_pandas

host, port = sys.argv[1], int(sys.argv[2])
settings = dict(
    account="FIRNLOCAL", user="ADMIN", password="right horse", host=host, port=port, protocol="http",
    login_timeout=10, network_timeout=20,
)


def check(name, value):
    print(json.dumps({"check": name, "value": value}, default=str), flush=True)


def batches(cursor):
    """How the rows came: versions that keep their batches in sight tell; None for the others."""
    kept = getattr(cursor._result_set, "batches", None)
    return kept and type(kept[0]).__name__


TYPES = """SELECT 1 AS I, 12345678901234567890123::NUMBER(38,0) AS WIDE, 1.25::NUMBER(10,2) AS D, 0.5::FLOAT AS F,
  'é' AS T, TRUE AS B, '2026-03-01'::DATE AS DAY, '12:34:56.789'::TIME AS TM,
  '2026-03-01 01:02:03.456'::TIMESTAMP_NTZ AS TS, '1969-12-31 23:59:59.5 -0800'::TIMESTAMP_TZ AS TZ,
  PARSE_JSON('{"a": [1, null]}') AS V, X'00FF' AS BIN, NULL::VARCHAR AS NOTHING"""

with snowflake.connector.connect(**settings) as connection:
    cursor = connection.cursor()
    cursor.execute("CREATE WAREHOUSE w")
    row = cursor.execute(TYPES).fetchone()
    check("format", batches(cursor))
    check("row", [str(value) if value is not None else None for value in row])
    frame = cursor.execute(TYPES).fetch_pandas_all()
    check("columns", list(frame.columns))
    check("frame", [str(frame.iloc[0][name]) for name in ["I", "D", "F", "T", "B", "DAY", "TS"]])
    many = cursor.execute("SELECT SEQ4() AS N, 'row ' || N AS T FROM TABLE(GENERATOR(ROWCOUNT => 300000))")
    frame = many.fetch_pandas_all()
    check("many", [len(frame), int(frame["N"].sum()), frame["T"].nunique()])
    cursor.execute("SELECT SEQ4() AS N, N * 0.5 AS H FROM TABLE(GENERATOR(ROWCOUNT => 1000))")
    few = cursor.execute("SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE N < 3 ORDER BY N")
    check("scan", [[str(cell) for cell in each] for each in few.fetchall()])
    table = cursor.execute("SELECT 1 AS A WHERE FALSE").fetch_arrow_all(force_return_table=True)
    check("empty", [table.num_rows, table.column_names])
    cursor.execute("ALTER SESSION SET PYTHON_CONNECTOR_QUERY_RESULT_FORMAT = 'JSON'")
    cursor.execute("SELECT 1 AS A")
    check("json", batches(cursor))
    cursor.execute("ALTER SESSION UNSET PYTHON_CONNECTOR_QUERY_RESULT_FORMAT")
    cursor.execute("SHOW PARAMETERS LIKE 'TIMEZONE'")
    check("show", batches(cursor))
    cursor.execute("CREATE DATABASE d")
    frame = pandas.DataFrame(
        {"A": [1, 2], "B": ["x", None], "C": [1.5, None], "D": pandas.to_datetime(["2026-01-01 01:02:03", None]), "E": [True, False]}
    )
    written = write_pandas(connection, frame, "FRAME", auto_create_table=True, use_logical_type=True)
    kinds = [row[1] for row in cursor.execute("DESCRIBE TABLE frame")]
    rows = cursor.execute("SELECT * FROM frame ORDER BY a").fetchall()
    check("written", [*written[:3], kinds, [[str(cell) for cell in row] for row in rows]])
    again = write_pandas(connection, pandas.DataFrame({"A": range(1000)}), "FRAME", chunk_size=300, overwrite=True)
    check("overwritten", [*again[:3], cursor.execute("SELECT COUNT(*), SUM(a) FROM frame").fetchone()])
