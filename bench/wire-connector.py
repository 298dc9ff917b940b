"""Times a statement through snowflake-connector-python: prints milliseconds as JSON. Arguments: host, port, statements."""

import json
import sys
import time

import snowflake.connector

host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with snowflake.connector.connect(
    account="FIRNLOCAL", user="ADMIN", password="bench", host=host, port=port, protocol="http"
) as connection:
    cursor = connection.cursor()
    times = []
    for i in range(count + 50):
        start = time.perf_counter()
        cursor.execute("SELECT 1").fetchall()
        if i >= 50:
            times.append((time.perf_counter() - start) * 1000)
print(json.dumps(times))
