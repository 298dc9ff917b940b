import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { receiveRows } from "../../../../local/account/ingest/received-rows.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firn-rows-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([
  ["nothing", "", 0, null],
  ["blank lines alone", "\n\r\n\n", 0, null],
  ["rows, the last without an end", '{"a":1}\n{"a":2}', 2, '{"a":1}'],
  ["rows between blank lines", '\r\n\n{"é":"ü"}\r\n\r\n{"b":2}\n\n', 2, '{"é":"ü"}\r'],
])("%s: lines are counted and kept as they came, however they are cut", async (_what, text, lines, first) => {
  for (const size of [1, 2, 3, 7, 1000]) {
    const file = join(folder, `${size}.json`);
    expect(await receiveRows(pieces(text, size), file)).toEqual({
      lines,
      bytes: Buffer.byteLength(text),
      first,
    });
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});

test("a body that breaks off is an error", async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('{"a":1}\n');
    throw new Error("aborted");
  }
  await expect(receiveRows(broken(), join(folder, "x.json"))).rejects.toThrow("aborted");
});
