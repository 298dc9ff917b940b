import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "../../../../local/account/storage/storage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firn-storage-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a file opens again with what was committed", async () => {
  const path = join(folder, "account.duckdb");
  const first = await Storage.open(path);
  const connection = await first.connect();
  await connection.run("INSERT INTO sys.commit_ VALUES (1, 2, 3)");
  connection.closeSync();
  first.close();
  const second = await Storage.open(path);
  const again = await second.connect();
  expect((await again.runAndReadAll("SELECT * FROM sys.commit_")).getRowsJson()).toEqual([["1", "2", "3"]]);
  again.closeSync();
  second.close();
});

test("a file of another format is refused with what to do", async () => {
  const path = join(folder, "account.duckdb");
  const first = await Storage.open(path);
  const connection = await first.connect();
  await connection.run("UPDATE sys.format SET version = 99");
  connection.closeSync();
  first.close();
  await expect(Storage.open(path)).rejects.toThrow(/format 99.*remove the folder/);
});
