import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { pythonClient, runProgram } from "./python.ts";

const VERSION = "5.2.0";
const { bin, missing } = pythonClient("snowflake-connector-python", VERSION);
const title = `snowflake-connector-python ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`;

(missing ? describe.skip : describe)(title, () => {
  let server: AccountServer;
  const seen = new Map<string, unknown>();

  beforeAll(async () => {
    server = await startAccountServer({
      dataDir: ":memory:",
      adminUser: "ADMIN",
      adminPassword: "right horse",
    });
    const script = join(import.meta.dirname, "connector.py");
    const output = await runProgram(join(bin, "python"), [script, server.host, String(server.port)]);
    for (const line of output.trim().split("\n")) {
      const { check, value } = JSON.parse(line) as { check: string; value: unknown };
      seen.set(check, value);
    }
  }, 120_000);
  afterAll(() => server.stop());

  test.each([
    ["row", [1, "x", null]],
    ["description", ["A", "B", "C"]],
    ["query id", 36],
    ["many", [90_000, 0, 89_999]],
    ["async", [[42]]],
    ["error", [true, true]],
    ["string", [[[1]], [[2]]]],
    ["multi", [[[1]], [[2]]]],
    ["binds", [1000, 499_500]],
    [
      "vectors",
      [
        [
          [1.0, 2.5],
          [3, 4],
        ],
      ],
    ],
    [
      "every type",
      [
        1,
        [
          [
            "1",
            "1.5",
            "12345678901234567890.123",
            "té'\\",
            "True",
            "None",
            "bytearray(b'\\x00\\xff')",
            "2026-03-01",
            "01:02:03.456789",
            "2026-03-01 01:02:03.456789",
            // The connector sends the moment alone: the offset is the session's.
            "2026-02-28 10:30:00-08:00",
          ],
        ],
      ],
    ],
    ["many of every type", [1]],
    ["many binds", [30_000, "449985000", "15000", '"r,9998', "2026-01-01 00:00:00.029999"]],
    ["multi binds", [[[1]], [[2, 3]]]],
    ["bound name", [0]],
    [
      "put",
      [
        ["m1.csv.gz", "UPLOADED"],
        ["m2.csv.gz", "UPLOADED"],
      ],
    ],
    ["put again", ["SKIPPED", "SKIPPED"]],
    ["loaded", [5, 15]],
    ["get", [["stream.csv", "9,z\n"]]],
    ["refused", 390100],
  ])("%s", (check, expected) => {
    expect(seen.get(check)).toEqual(expected);
  });
});
