"""Reads a million rows as Arrow through snowflake-connector-python: prints seconds, rows and a sum as JSON.

Arguments: host, port, statement.
"""

import json
import sys
import time

import snowflake.connector

host, port, statement = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with snowflake.connector.connect(
    account="FIRNLOCAL", user="ADMIN", password="bench", host=host, port=port, protocol="http"
) as connection:
    cursor = connection.cursor()
    cursor.execute("USE WAREHOUSE w")
    cursor.execute("USE SCHEMA d.public")
    start = time.perf_counter()
    rows = 0
    for table in cursor.execute(statement).fetch_arrow_batches():
        rows += table.num_rows
    print(json.dumps({"seconds": time.perf_counter() - start, "rows": rows}))
