import { gzipSync } from "node:zlib";
import type { ColumnDef } from "../../../../local/account/catalog/model.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { makeKeyPair } from "../key-pair.ts";

let server: AccountServer;
const keys = makeKeyPair("FIRNLOCAL", "ADMIN");
const BASE = "databases/RAW/schemas/PRODUCT/pipes/EVENTS-STREAMING";
let tableId: number;

const column = (name: string, type: ColumnDef["type"]): ColumnDef => ({
  name,
  type,
  nullable: true,
  defaultSql: null,
  comment: null,
});

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  const { catalog } = server.account.services;
  await server.account.pool.use((c) =>
    catalog.change(c, async (change) => {
      const user = catalog.find("USER", 0, "ADMIN")!;
      change.update(user, { props: { ...user.props, rsaPublicKey: keys.publicKey } });
      const owner = catalog.find("ROLE", 0, "ACCOUNTADMIN")!.id;
      const common = { owner, comment: null };
      const database = change.create({
        kind: "DATABASE",
        parent: 0,
        name: "RAW",
        ...common,
        props: { parameters: {}, transient: false, origin: null },
      });
      const schema = change.create({
        kind: "SCHEMA",
        parent: database.id,
        name: "PRODUCT",
        ...common,
        props: { parameters: {}, transient: false, managedAccess: false },
      });
      const table = change.create({
        kind: "TABLE",
        parent: schema.id,
        name: "EVENTS",
        ...common,
        props: {
          parameters: {},
          tableKind: "PERMANENT",
          columns: [
            column("RECORD_CONTENT", { kind: "VARIANT" }),
            column("N", { kind: "NUMBER", precision: 18, scale: 0 }),
            column("AT", { kind: "TIMESTAMP_NTZ", scale: 9 }),
          ],
          constraints: [],
          clusterBy: [],
          changeTracking: false,
          enableSchemaEvolution: false,
        },
      });
      tableId = table.id;
      await c.run(
        `CREATE TABLE data.t${table.id} ("RECORD_CONTENT" JSON, "N" BIGINT, "AT" TIMESTAMP, __firn_begin BIGINT, __firn_end BIGINT, __firn_row_id BIGINT)`,
      );
    }),
  );
});
afterAll(() => server.stop());

interface Answer {
  next_continuation_token: string;
  channel_statuses: Record<string, unknown>;
}

async function call(
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${server.url}/v2/streaming/${path}`, {
    method,
    body,
    headers: {
      Authorization: `Bearer ${keys.token()}`,
      "X-Snowflake-Authorization-Token-Type": "KEYPAIR_JWT",
      ...headers,
    },
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

const rows = () =>
  server.account.pool.use(async (c) =>
    (
      await c.runAndReadAll(
        `SELECT "N", "RECORD_CONTENT"::VARCHAR, "AT"::VARCHAR FROM data.t${tableId} WHERE __firn_end IS NULL ORDER BY 1`,
      )
    )
      .getRows()
      .map((row) => row.map((value) => (typeof value === "bigint" ? Number(value) : value))),
  );

test("rows and offset token commit together; a stale token is refused; reopening tells the offset", async () => {
  const opened = await call("PUT", `${BASE}/channels/P0`, JSON.stringify({ role: "ACCOUNTADMIN" }));
  expect(opened.status).toBe(200);
  expect(opened.body).toMatchObject({
    channel_status: { channel_name: "P0", last_committed_offset_token: null },
  });
  const token = opened.body["next_continuation_token"] as string;
  const append = (t: string, offset: string, body: string | Buffer, headers = {}) =>
    call("POST", `data/${BASE}/channels/P0/rows?continuationToken=${t}&offsetToken=${offset}`, body, headers);

  const first = await append(
    token,
    "1",
    '{"record_content":{"a":1},"N":1,"AT":"2026-01-02T03:04:05"}\n{"N":2}\n',
  );
  expect(first.status).toBe(200);
  const second = await append(first.body["next_continuation_token"], "2", gzipSync('{"N":3}'), {
    "content-encoding": "gzip",
  });
  expect(second.status).toBe(200);
  expect(await rows()).toEqual([
    [1, '{"a":1}', "2026-01-02 03:04:05"],
    [2, null, null],
    [3, null, null],
  ]);
  // The same request again, as after a lost answer.
  expect((await append(first.body["next_continuation_token"], "2", '{"N":3}')).status).toBe(409);
  const again = await call("PUT", `${BASE}/channels/P0`, "{}");
  expect(again.body).toMatchObject({ channel_status: { last_committed_offset_token: "2" } });
  expect((await append(second.body["next_continuation_token"], "3", '{"N":4}')).status).toBe(409);
  expect(await rows()).toHaveLength(3);
  const status = await call(
    "POST",
    `${BASE}:bulk-channel-status`,
    JSON.stringify({ channel_names: ["P0", "NONE"] }),
  );
  expect(status.body["channel_statuses"]).toMatchObject({ P0: { last_committed_offset_token: "2" } });
  expect(Object.keys(status.body["channel_statuses"])).toEqual(["P0"]);
});

test("a row whose value does not fit is left out and counted; the others are kept", async () => {
  const opened = await call("PUT", `${BASE}/channels/BAD`, "{}");
  const token = opened.body["next_continuation_token"] as string;
  const before = (await rows()).length;
  const answer = await call(
    "POST",
    `data/${BASE}/channels/BAD/rows?continuationToken=${token}&offsetToken=9`,
    '{"N":"no number"}\n{"N":77}\n',
  );
  expect(answer.status).toBe(200);
  expect((await rows()).length).toBe(before + 1);
  const status = await call(
    "POST",
    `${BASE}:bulk-channel-status`,
    JSON.stringify({ channel_names: ["BAD"] }),
  );
  expect(status.body["channel_statuses"]).toMatchObject({
    BAD: { last_committed_offset_token: "9", rows_inserted: 1, rows_errors: 1 },
  });
});

test("no key, no table, no grant: refused", async () => {
  const noToken = await fetch(`${server.url}/v2/streaming/${BASE}/channels/P0`, { method: "PUT" });
  expect(noToken.status).toBe(401);
  expect(
    (await call("PUT", "databases/RAW/schemas/PRODUCT/pipes/NONE-STREAMING/channels/P0", "{}")).status,
  ).toBe(404);
  expect((await call("PUT", `${BASE}/channels/P0`, JSON.stringify({ role: "PUBLIC" }))).status).toBe(404);
});

test("many channels at once lose and double nothing", async () => {
  const before = (await rows()).length;
  await Promise.all(
    Array.from({ length: 6 }, async (_, channel) => {
      let { body } = await call("PUT", `${BASE}/channels/C${channel}`, "{}");
      for (let batch = 0; batch < 5; batch++) {
        const lines = Array.from({ length: 100 }, (_, i) =>
          JSON.stringify({ N: 1000 + channel * 500 + batch * 100 + i }),
        );
        const answer = await call(
          "POST",
          `data/${BASE}/channels/C${channel}/rows?continuationToken=${body["next_continuation_token"]}&offsetToken=${batch}`,
          lines.join("\n"),
        );
        expect(answer.status).toBe(200);
        body = answer.body;
      }
    }),
  );
  const all = (await rows()).map(([n]) => n);
  expect(all.length).toBe(before + 3000);
  expect(new Set(all.filter((n) => Number(n) >= 1000)).size).toBe(3000);
});
