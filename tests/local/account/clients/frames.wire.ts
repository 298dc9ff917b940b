import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { pythonClient, runProgram } from "./python.ts";

/** Pandas frames and Arrow tables, which the connector makes of Arrow results alone; its versions read them by other code. */
describe.each([
  ["3.18.1", "ArrowResultBatch", "JSONResultBatch"],
  ["5.2.0", null, null],
])("snowflake-connector-python %s with pandas", (version, arrow, json) => {
  const { bin, missing } = pythonClient("snowflake-connector-python", version, [
    "pandas==2.3.3",
    "pyarrow==21.0.0",
  ]);
  let server: AccountServer;
  const seen = new Map<string, unknown>();

  beforeAll(async () => {
    if (missing) return;
    server = await startAccountServer({
      dataDir: ":memory:",
      adminUser: "ADMIN",
      adminPassword: "right horse",
    });
    const script = join(import.meta.dirname, "frames.py");
    const output = await runProgram(join(bin, "python"), [script, server.host, String(server.port)]);
    for (const line of output.trim().split("\n")) {
      const { check, value } = JSON.parse(line) as { check: string; value: unknown };
      seen.set(check, value);
    }
  }, 120_000);
  afterAll(() => server?.stop());

  (missing ? test.skip : test)(
    `reads every type, large results and none${missing ? `: ${missing}` : ""}`,
    () => {
      expect(Object.fromEntries(seen)).toEqual({
        format: arrow,
        row: [
          "1",
          "12345678901234567890123",
          "1.25",
          "0.5",
          "é",
          "True",
          "2026-03-01",
          "12:34:56.789000",
          "2026-03-01 01:02:03.456000",
          "1969-12-31 23:59:59.500000-08:00",
          '{\n  "a": [\n    1,\n    null\n  ]\n}',
          "bytearray(b'\\x00\\xff')",
          null,
        ],
        columns: ["I", "WIDE", "D", "F", "T", "B", "DAY", "TM", "TS", "TZ", "V", "BIN", "NOTHING"],
        frame: ["1", "1.25", "0.5", "é", "True", "2026-03-01", "2026-03-01 01:02:03.456000"],
        many: [300_000, 44_999_850_000, 300_000],
        scan: [
          ["0", "0.0"],
          ["1", "0.5"],
          ["2", "1.0"],
        ],
        empty: [0, ["A"]],
        json,
        show: json,
        written: [
          true,
          1,
          2,
          ["NUMBER(38,0)", "VARCHAR(16777216)", "FLOAT", "TIMESTAMP_NTZ(9)", "BOOLEAN"],
          [
            ["1", "x", "1.5", "2026-01-01 01:02:03", "True"],
            ["2", "None", "None", "None", "False"],
          ],
        ],
        overwritten: [true, 4, 1000, [1000, 499_500]],
      });
    },
  );
});
