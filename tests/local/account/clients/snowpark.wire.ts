import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { runProgram, slowPythonClient } from "./python.ts";

const VERSION = "1.56.0";
const { bin, missing } = slowPythonClient("snowpark", "snowflake-snowpark-python", VERSION, [
  "snowflake-connector-python==4.8.1",
  "pandas==2.3.3",
  "pyarrow==21.0.0",
]);
const title = `snowflake-snowpark-python ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`;

(missing ? describe.skip : describe)(title, () => {
  let server: AccountServer;

  beforeAll(async () => {
    server = await startAccountServer({
      dataDir: ":memory:",
      adminUser: "ADMIN",
      adminPassword: "right horse",
    });
  });
  afterAll(() => server.stop());

  test("frames are made, read, changed, unloaded and read again", async () => {
    const script = join(import.meta.dirname, "snowpark.py");
    const output = await runProgram(join(bin, "python"), [script, server.host, String(server.port)]);
    const seen = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { check: string; value: unknown });
    expect(Object.fromEntries(seen.map(({ check, value }) => [check, value]))).toEqual({
      grouped: [
        [0, 30, 99],
        [1, 29, 97],
        [2, 30, 98],
      ],
      "group count": [
        [0, 34],
        [1, 33],
        [2, 33],
      ],
      large: [3000, [[6_747_750]]],
      modes: 5,
      window: [[97], [98], [99]],
      join: [
        [null, 33],
        ["one", 33],
        ["zero", 34],
      ],
      types: [
        [
          ..."1 1.25 1.5 True x b'\\x01' 2026-01-01 01:02:03 2026-01-0101:02:03 [1,2]".split(" "),
          '{"a":1}',
          '{"k":[1]}',
        ],
        Array(12).fill("None"),
      ],
      changes: [5, 9, 1, 1],
      dynamic: 92,
      range: [[1], [5], [9]],
      split: 92,
      csv: [
        [1, "x"],
        [2, "y"],
      ],
      parquet: [["ID", "G", "NAME"], 92],
      binds: [[1, "y"]],
      pandas: [4, 2],
    });
  }, 300_000);
});
