import { join } from "node:path";
import type { DataType } from "../../../../local/account/types/data-type.ts";
import { type TestAccount, testAccount } from "../support.ts";
import { readConformanceFiles, valueText } from "./conformance-case.ts";

const files = readConformanceFiles(join(import.meta.dirname, "../../../conformance/cases"));

describe.each(files)("$area", (file) => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await testAccount();
    for (const statement of file.setup ?? []) await account.run(statement);
  });
  afterAll(() => account.close());

  test.each(file.cases)("$name", async (one) => {
    for (const statement of one.setup ?? []) await account.run(statement);
    if (one.error) {
      const failure = await account.run(one.statement).then(
        () => null,
        (error: { code?: string; message: string }) => error,
      );
      expect({ code: failure?.code, message: failure?.message ?? "no error" }).toMatchObject({
        code: one.error.code,
        ...(one.error.message ? { message: expect.stringContaining(one.error.message) } : {}),
      });
      return;
    }
    const result = await account.run(one.statement);
    const types = result.types.map((t) => JSON.parse(t) as DataType);
    const rows = result.rows.map((row) => row.map((v, i) => valueText(v, types[i]!)));
    const expected = one.rows?.map((row) => row.map((v) => (v === null ? null : String(v))));
    if (one.columns) expect(result.names).toEqual(one.columns);
    if (!expected) return;
    if (/ORDER BY/i.test(one.statement)) expect(rows).toEqual(expected);
    else
      expect(rows.map((r) => JSON.stringify(r)).sort()).toEqual(
        expected.map((r) => JSON.stringify(r)).sort(),
      );
  });
});
