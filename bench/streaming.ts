/**
 * Snowpipe Streaming into the local account: rows a second, acknowledged after their commit, on one channel and on
 * four. `node bench/streaming.ts [rows]`
 */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAccountServer } from "../local/account/server.ts";

const ROWS = Number(process.argv[2] ?? 400_000);
const BATCH = 10_000;
const data = mkdtempSync(join(tmpdir(), "firn-bench-"));
const server = await startAccountServer({ dataDir: data, adminUser: "ADMIN", adminPassword: "bench" });

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const der = pair.publicKey.export({ type: "spki", format: "der" });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = Math.floor(Date.now() / 1000);
const fingerprint = createHash("sha256").update(der).digest("base64");
const claims = {
  iss: `FIRNLOCAL.ADMIN.SHA256:${fingerprint}`,
  sub: "FIRNLOCAL.ADMIN",
  iat: now,
  exp: now + 3000,
};
const signed = `${encode({ alg: "RS256" })}.${encode(claims)}`;
const jwt = `${signed}.${sign("RSA-SHA256", Buffer.from(signed), pair.privateKey).toString("base64url")}`;

const login = await fetch(`${server.url}/session/v1/login-request`, {
  method: "POST",
  body: JSON.stringify({ data: { LOGIN_NAME: "ADMIN", PASSWORD: "bench" } }),
});
const { token } = ((await login.json()) as { data: { token: string } }).data;
const query = async (sqlText: string) => {
  const answer = await fetch(`${server.url}/queries/v1/query-request?requestId=${crypto.randomUUID()}`, {
    method: "POST",
    headers: { authorization: `Snowflake Token="${token}"` },
    body: JSON.stringify({ sqlText }),
  });
  const body = (await answer.json()) as { success: boolean; message: string; data: { rowset: string[][] } };
  if (!body.success) throw new Error(body.message);
  return body.data.rowset;
};
await query("CREATE DATABASE d");
await query("CREATE WAREHOUSE w");
await query("CREATE TABLE events (record_content VARIANT, record_metadata VARIANT)");
await query(`ALTER USER admin SET RSA_PUBLIC_KEY = '${der.toString("base64")}'`);

const row = (n: number) =>
  JSON.stringify({
    RECORD_CONTENT: {
      event_id: `e-${n}`,
      org_id: `o-${n % 997}`,
      occurred_at: "2026-01-02T03:04:05.678Z",
      name: "console.page_viewed",
      properties: { page: "/users", seconds: n % 60, variant: "b" },
    },
    RECORD_METADATA: { topic: "product.events", partition: n % 4, offset: n, CreateTime: 1_767_323_045_678 },
  });

async function write(channel: string, rows: number): Promise<number> {
  const base = "databases/D/schemas/PUBLIC/pipes/EVENTS-STREAMING";
  const call = async (method: string, path: string, body: string) => {
    const answer = await fetch(`${server.url}/v2/streaming/${path}`, {
      method,
      body,
      headers: { authorization: `Bearer ${jwt}` },
    });
    if (!answer.ok) throw new Error(await answer.text());
    return ((await answer.json()) as { next_continuation_token: string }).next_continuation_token;
  };
  let next = await call("PUT", `${base}/channels/${channel}`, "{}");
  let bytes = 0;
  for (let at = 0; at < rows; at += BATCH) {
    const lines: string[] = [];
    for (let i = 0; i < BATCH; i++) lines.push(row(at + i));
    const body = lines.join("\n");
    bytes += body.length;
    next = await call(
      "POST",
      `data/${base}/channels/${channel}/rows?continuationToken=${next}&offsetToken=${at + BATCH}`,
      body,
    );
  }
  return bytes;
}

for (const channels of [1, 4]) {
  const start = performance.now();
  const sizes = await Promise.all(
    Array.from({ length: channels }, (_, i) => write(`c${channels}-${i}`, ROWS / channels)),
  );
  const seconds = (performance.now() - start) / 1000;
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  console.log(
    `${channels} channel(s): ${Math.round(ROWS / seconds)} rows/s, ${(megabytes / seconds).toFixed(1)} MB/s (rows made by the same process)`,
  );
}
console.log(`rows kept: ${(await query("SELECT COUNT(*) FROM events"))[0]![0]}`);
await server.stop();
rmSync(data, { recursive: true, force: true });
process.exit(0);
