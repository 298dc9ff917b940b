import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpClient } from "../http-client.ts";
import { makeKeyPair } from "../key-pair.ts";
import { PASSWORD, random, startAccount } from "./account-process.ts";

/**
 * The account as a process of its own, killed (-9) at seeded moments under load and started again on the same data.
 * FIRN_KILLS sets how often (10).
 */
const KILLS = Number(process.env["FIRN_KILLS"] ?? 10);
const SEED = Number(process.env["FIRN_SEED"] ?? 7);

test(`${KILLS} kills under load: nothing acknowledged is lost, nothing is doubled`, async () => {
  const data = mkdtempSync(join(tmpdir(), "firn-kill-"));
  const next = random(SEED);
  const keys = makeKeyPair("FIRNLOCAL", "ADMIN");
  let server = await startAccount(data);
  let up = Promise.resolve();
  let stopping = false;
  const acknowledged = { events: 0, notes: 0 };
  try {
    const setup = new HttpClient(server.url);
    await setup.login("ADMIN", PASSWORD);
    for (const sql of [
      "CREATE DATABASE d",
      "CREATE WAREHOUSE w AUTO_SUSPEND = 60",
      "CREATE TABLE d.public.events (id INT, body VARIANT)",
      "CREATE STREAM d.public.arrived ON TABLE d.public.events APPEND_ONLY = TRUE",
      "CREATE TABLE d.public.facts (id INT, seen INT)",
      "CREATE TABLE d.public.notes (n INT, label VARCHAR COLLATE 'en-ci', place VECTOR(INT, 2))",
      `CREATE DYNAMIC TABLE d.public.totals TARGET_LAG = '1 minute' WAREHOUSE = w
         AS SELECT MOD(id, 7) AS g, COUNT(*) AS n FROM d.public.events GROUP BY MOD(id, 7)`,
      "CREATE MATERIALIZED VIEW d.public.noted AS SELECT label, COUNT(*) AS n FROM d.public.notes GROUP BY label",
      `ALTER USER admin SET RSA_PUBLIC_KEY = '${keys.publicKey}'`,
    ])
      await setup.query(sql);

    /** Calls `work` again and again; after a failure waits for the account to be up and calls `recover`. */
    const forever = async (recover: (client: HttpClient) => Promise<void>, work: () => Promise<void>) => {
      for (let fresh = true; !stopping; ) {
        try {
          if (fresh) {
            await up;
            const client = new HttpClient(server.url);
            await client.login("ADMIN", PASSWORD);
            await client.query("USE WAREHOUSE w");
            await recover(client);
            fresh = false;
          }
          await work();
        } catch {
          fresh = true;
          await new Promise((done) => setTimeout(done, 5));
        }
      }
    };

    // Rows through a streaming channel, going on after the committed offset token.
    const base = "databases/D/schemas/PUBLIC/pipes/EVENTS-STREAMING";
    let token = "";
    let sent = 0;
    const stream = (method: string, path: string, body: string) =>
      fetch(`${server.url}/v2/streaming/${path}`, {
        method,
        body,
        headers: { authorization: `Bearer ${keys.token()}` },
      }).then(async (response) => {
        if (response.status !== 200) throw new Error(await response.text());
        return (await response.json()) as {
          next_continuation_token: string;
          channel_status: { last_committed_offset_token: string | null };
        };
      });
    const streaming = forever(
      async () => {
        const opened = await stream("PUT", `${base}/channels/c0`, '{"role":"ACCOUNTADMIN"}');
        token = opened.next_continuation_token;
        sent = Number(opened.channel_status.last_committed_offset_token ?? 0);
        expect(sent).toBeGreaterThanOrEqual(acknowledged.events);
      },
      async () => {
        const count = 1 + Math.floor(next() * 40);
        const rows = Array.from({ length: count }, (_, i) =>
          JSON.stringify({ ID: sent + i, BODY: { k: sent + i } }),
        );
        const answer = await stream(
          "POST",
          `data/${base}/channels/c0/rows?continuationToken=${token}&offsetToken=${sent + count}`,
          rows.join("\n"),
        );
        token = answer.next_continuation_token;
        sent += count;
        acknowledged.events = sent;
      },
    );

    // Single rows: after an unanswered INSERT the account is asked whether it was kept.
    let notes: HttpClient;
    const inserting = forever(
      async (client) => {
        notes = client;
        const [[last]] = (await client.query("SELECT COALESCE(MAX(n), 0) FROM d.public.notes")) as [[string]];
        expect(Number(last)).toBeGreaterThanOrEqual(acknowledged.notes);
        acknowledged.notes = Number(last);
      },
      async () => {
        const n = acknowledged.notes + 1;
        await notes.query(`INSERT INTO d.public.notes SELECT ${n}, 'Note', [${n}, 1]::VECTOR(INT, 2)`);
        acknowledged.notes++;
      },
    );

    // The stream's consumer: a row that came twice would be counted twice.
    const merge = `MERGE INTO d.public.facts f USING d.public.arrived a ON f.id = a.id
      WHEN MATCHED THEN UPDATE SET seen = f.seen + 1 WHEN NOT MATCHED THEN INSERT (id, seen) VALUES (a.id, 1)`;
    let merger: HttpClient;
    const merging = forever(
      async (client) => {
        merger = client;
      },
      async () => {
        await merger.query(merge);
      },
    );

    // What is derived of both, refreshed and read all the while.
    let deriving: HttpClient;
    const refreshing = forever(
      async (client) => {
        deriving = client;
      },
      async () => {
        await deriving.query("ALTER DYNAMIC TABLE d.public.totals REFRESH");
        await deriving.query("SELECT * FROM d.public.noted");
      },
    );

    /** Resolves when rows were acknowledged on both ways since the call. */
    const progress = async () => {
      const { events, notes } = acknowledged;
      while (acknowledged.events <= events || acknowledged.notes <= notes)
        await new Promise((done) => setTimeout(done, 5));
    };
    for (let kill = 0; kill < KILLS; kill++) {
      // Each kill finds the load under way, however slow the machine.
      await progress();
      await new Promise((done) => setTimeout(done, next() * 300));
      let ready!: () => void;
      up = new Promise((done) => {
        ready = done;
      });
      server.process.kill("SIGKILL");
      await server.ended;
      server = await startAccount(data);
      ready();
    }
    // Work once more on what the last start found.
    await progress();
    stopping = true;
    await Promise.all([streaming, inserting, merging, refreshing]);

    const reader = new HttpClient(server.url);
    await reader.login("ADMIN", PASSWORD);
    await reader.query("USE WAREHOUSE w");
    await reader.query(merge);
    const one = async (sql: string) => (await reader.query(sql))[0]!.map(Number);
    const total = acknowledged.events;
    expect(Math.min(total, acknowledged.notes)).toBeGreaterThan(KILLS);
    const [count, distinct, highest] = await one(
      "SELECT COUNT(*), COUNT(DISTINCT id), MAX(id) FROM d.public.events",
    );
    expect([count, distinct, highest]).toEqual([total, total, total - 1]);
    expect(await one("SELECT COUNT(*), SUM(seen), MAX(seen) FROM d.public.facts")).toEqual([total, total, 1]);
    const [kept, different, last] = await one(
      "SELECT COUNT(*), COUNT(DISTINCT n), MAX(n) FROM d.public.notes",
    );
    expect([kept, different]).toEqual([last, last]);
    expect(last).toBeGreaterThanOrEqual(acknowledged.notes);
    expect(
      await one(
        "SELECT COUNT(*) FROM d.public.notes WHERE label = 'NOTE' AND VECTOR_L2_DISTANCE(place, [n, 1]::VECTOR(INT, 2)) = 0",
      ),
    ).toEqual([kept]);
    expect(await one("SELECT COUNT(*), SUM(n) FROM d.public.noted")).toEqual([1, kept]);
    await reader.query("ALTER DYNAMIC TABLE d.public.totals REFRESH");
    expect(await one("SELECT COUNT(*), SUM(n) FROM d.public.totals")).toEqual([7, total]);
  } finally {
    stopping = true;
    server.process.kill("SIGTERM");
    await server.ended;
    rmSync(data, { recursive: true, force: true });
  }
}, 900_000);
