import { SnowflakeError } from "../../../../local/account/errors.ts";
import { allFunctions } from "../../../../local/account/sql/index.ts";
import { type TestAccount, testAccount } from "../support.ts";

/** Columns and constants of every type, by the kind of argument that they try. */
const ARGUMENTS: Record<string, string[]> = {
  any: ["i", "s", "dt", "ts", "tz", "v", "NULL", "x", "b"],
  text: ["s", "'abc'", "i", "NULL"],
  number: ["i", "d", "x", "sm", "2", "'3'", "NULL"],
  integer: ["i", "sm", "2", "NULL"],
  float: ["x", "i", "NULL"],
  boolean: ["b", "NULL"],
  date: ["dt", "ts", "tz", "lz", "'2024-05-06'", "NULL"],
  variant: ["v", "i", "s", "NULL"],
  binary: ["bin"],
};
/** DuckDB wants a constant there. */
const KNOWN = new Set(["APPROX_PERCENTILE", "ARRAY_TO_STRING"]);

let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  await account.run(
    "CREATE TABLE f (i INT, d NUMBER(10,2), x FLOAT, s VARCHAR, b BOOLEAN, dt DATE, ts TIMESTAMP_NTZ, tz TIMESTAMP_TZ, lz TIMESTAMP_LTZ, v VARIANT, bin BINARY, t TIME, sm NUMBER(5,0))",
  );
  await account.run(
    "INSERT INTO f SELECT 3, 1.25, 2.5, '7', TRUE, '2024-01-02', '2024-01-02 03:04:05', '2024-01-02 03:04:05 +0200', '2024-01-02 03:04:05', PARSE_JSON('{\"a\":[1,2]}'), TO_BINARY('AB'), '10:11:12', 5",
  );
});
afterAll(() => account.close());

/** A result, or an error of Snowflake's that is none of the engine's. */
async function holds(sql: string): Promise<string | null> {
  try {
    await account.run(sql);
    return null;
  } catch (error) {
    if (!(error instanceof SnowflakeError)) return `${sql}: ${String(error)}`;
    return error.code === "000603" ? `${sql}: ${error.message}` : null;
  }
}

test("no function fails inside, whatever its arguments' types", async () => {
  const wrong: string[] = [];
  for (const f of allFunctions()) {
    if (f.raw || KNOWN.has(f.name)) continue;
    for (const count of new Set([f.min, f.params.length]))
      for (let k = 0; k < 3; k++) {
        const args = Array.from({ length: count }, (_, j) => {
          const options = ARGUMENTS[f.params[Math.min(j, f.params.length - 1)] ?? "any"]!;
          return options[(k + j * 2) % options.length]!;
        });
        const over = f.role === "window" ? " OVER (ORDER BY i)" : "";
        const failure = await holds(`SELECT ${f.name}(${args.join(", ")})${over} FROM f`);
        if (failure) wrong.push(failure);
      }
  }
  expect(wrong).toEqual([]);
});

test("no operator fails inside, whatever its operands' types", async () => {
  const operands = ["i", "d", "x", "s", "b", "dt", "ts", "tz", "lz", "v", "bin", "t", "NULL", "1", "'5'"];
  const wrong: string[] = [];
  for (const left of operands)
    for (const right of operands) {
      const all = ["+", "-", "*", "/", "||", "=", "<"];
      for (const op of all) {
        const failure = await holds(`SELECT ${left} ${op} ${right} FROM f`);
        if (failure) wrong.push(failure);
      }
    }
  expect(wrong).toEqual([]);
});
