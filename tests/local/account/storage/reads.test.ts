import type { DuckDBConnection } from "@duckdb/node-api";
import { RealClock } from "../../../../local/account/clock.ts";
import { Storage } from "../../../../local/account/storage/storage.ts";
import { Transaction } from "../../../../local/account/storage/transaction.ts";
import { TableVersions } from "../../../../local/account/storage/versions.ts";

let storage: Storage;
let connection: DuckDBConnection;
let sent: string[];

beforeEach(async () => {
  storage = await Storage.open(":memory:");
  const own = await storage.connect();
  sent = [];
  connection = new Proxy(own, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (key === "run" || key === "prepare") sent.push(String(args[0]));
        return (value as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
});
afterEach(() => {
  connection.closeSync();
  storage.close();
});

const reads = () => Transaction.ofReads(connection, new TableVersions(), new RealClock(), 1);

test.each([[true], [false]])(
  "one query whose rows are read sends DuckDB nothing but itself (few rows: %s)",
  async (few) => {
    const transaction = reads();
    const rows = await transaction.query("SELECT 42", few);
    expect((await rows.fetchChunk())?.getRows()).toEqual([[42]]);
    expect(await rows.fetchChunk()).toBeNull();
    await transaction.rollback();
    expect(sent).toEqual(["SELECT 42"]);
  },
);

test("a query whose rows were left unread is ended, and the connection serves the next", async () => {
  const transaction = reads();
  await transaction.query("SELECT * FROM range(1000000)");
  await transaction.rollback();
  expect(sent.at(-1)).toBe("ROLLBACK");
  const next = reads();
  expect((await (await next.query("SELECT 1")).fetchChunk())?.getRows()).toEqual([[1]]);
  await next.rollback();
});

test("two statements see one state: the transaction is begun before the first", async () => {
  const transaction = reads();
  await transaction.open();
  await transaction.open();
  await transaction.query("SELECT 1", true);
  await transaction.rollback();
  expect(sent).toEqual(["BEGIN TRANSACTION", "SELECT 1", "ROLLBACK"]);
});
