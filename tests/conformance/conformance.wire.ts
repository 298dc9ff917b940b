import { join } from "node:path";
import { readConformanceFiles } from "./case.ts";
import { openTarget, type Session, type Target } from "./target.ts";

const files = readConformanceFiles(join(import.meta.dirname, "cases"));

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

describe.each(files)("$area", ({ file, setup, cases }) => {
  let session: Session;
  beforeAll(async () => {
    session = await target.open(`CONFORMANCE_${file.replaceAll("-", "_").toUpperCase()}`);
    for (const statement of setup ?? []) await session.run(statement);
  });
  afterAll(() => session.close());

  test.each(cases)("$name", async (one) => {
    for (const statement of one.setup ?? []) await session.run(statement);
    if (one.error) {
      const failure = await session.run(one.statement).then(
        () => null,
        (error: { code?: string; message: string }) => error,
      );
      expect({ code: failure?.code, message: failure?.message ?? "no error" }).toEqual({
        code: one.error.code,
        message: expect.stringContaining(one.error.message ?? ""),
      });
      return;
    }
    const answer = await session.run(one.statement);
    if (one.columns) expect(answer.columns).toEqual(one.columns);
    if (!one.rows) return;
    const expected = one.rows.map((row) => row.map((v) => (v === null ? null : String(v))));
    if (/ORDER BY/i.test(one.statement)) expect(answer.rows).toEqual(expected);
    else expect(inOrder(answer.rows)).toEqual(inOrder(expected));
  });
});

const inOrder = (rows: (string | null)[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();
