import { request } from "node:http";
import fc from "fast-check";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { HttpClient } from "../http-client.ts";

/** Seeded nonsense; FIRN_FUZZ sets how many requests and statements of each kind (400). */
const RUNS = Number(process.env["FIRN_FUZZ"] ?? 400);
const SECRET = "never in an answer 8f2c";
let server: AccountServer;
let client: HttpClient;

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: SECRET });
  client = new HttpClient(server.url);
  await client.login("ADMIN", SECRET);
  await client.query("CREATE WAREHOUSE w");
  await client.query("CREATE DATABASE d");
  await client.query("CREATE TABLE t (a INT, v VARIANT)");
});
afterAll(() => server.stop());

function send(method: string, path: string, headers: Record<string, string>, body: Buffer) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const length = { "content-length": String(body.length) };
    const call = request(
      { host: server.host, port: server.port, method, path, headers: { ...headers, ...length } },
      (response) => {
        let text = "";
        response.on("data", (part) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

const path = fc.oneof(
  fc.constantFrom(
    "/session/v1/login-request",
    "/session/token-request",
    "/session?delete=true",
    "/session/heartbeat",
    "/queries/v1/query-request",
    "/queries/v1/abort-request",
    "/queries/01d7d8a1-bdba-dc2e-7cbe-12e861260111/result",
    "/monitoring/queries/x",
    "/firn/chunks/..%2F..%2Fetc%2Fpasswd",
    "/telemetry/send",
    "/v2/streaming/databases/D/schemas/PUBLIC/pipes/T-STREAMING/channels/c",
    "/v2/streaming/data/databases/D/schemas/PUBLIC/pipes/T-STREAMING/channels/c/rows",
  ),
  fc.string({ maxLength: 40 }).map((text) => `/${encodeURIComponent(text)}`),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record({
      data: fc.dictionary(
        fc.constantFrom("LOGIN_NAME", "PASSWORD", "AUTHENTICATOR", "TOKEN", "SESSION_PARAMETERS"),
        fc.jsonValue(),
      ),
    })
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .record({
      sqlText: fc.jsonValue(),
      bindings: fc.jsonValue(),
      parameters: fc.jsonValue(),
      asyncExec: fc.boolean(),
    })
    .map((value) => Buffer.from(JSON.stringify(value))),
);
const headers = fc.dictionary(
  fc.constantFrom("authorization", "content-encoding", "content-type", "accept-encoding"),
  fc.constantFrom(
    "gzip",
    "Snowflake Token=",
    'Snowflake Token="x"',
    "Bearer a.b.c",
    "Bearer",
    "application/json",
    "identity",
  ),
);

test("requests: always an answer, never 5xx, never a secret or a stack", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "PUT", "DELETE"),
      path,
      headers,
      body,
      async (method, at, head, content) => {
        const answer = await send(method, at, head, content);
        expect(answer.status).toBeLessThan(500);
        expect(answer.text).not.toContain(SECRET);
        expect(answer.text).not.toMatch(/at .*\.ts:\d+|node_modules/);
        JSON.parse(answer.text);
      },
    ),
    { numRuns: RUNS, seed: 42 },
  );
}, 300_000);

const word = fc.constantFrom(
  ..."SELECT FROM WHERE INSERT INTO VALUES MERGE USING ON WHEN MATCHED THEN UPDATE SET DELETE CREATE OR REPLACE TABLE VIEW STREAM TASK PIPE STAGE GRANT ROLE USER WAREHOUSE SHOW DESCRIBE ALTER BEGIN END COMMIT CALL EXECUTE IMMEDIATE COPY LATERAL FLATTEN QUALIFY OVER PARTITION BY ORDER GROUP LIMIT WITH RECURSIVE AS CASE NULL TRUE t a v d $1 $$ ' \" ; , ( ) :: : . * + - / = < > @ % [ ] { } -- /* 1 2.5 'x' \"Q\"".split(
    " ",
  ),
);

test("statements of known words in any order: an error in Snowflake's form or an answer; the session goes on", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 14 }), async (words) => {
      const text = words.join(" ");
      try {
        await client.query(text);
      } catch (error) {
        expect((error as Error).message).toMatch(/^[0-9-]{5,7}: /);
        expect((error as Error).message).not.toMatch(
          /\.ts:\d+|node_modules|is not a function|Cannot read properties/,
        );
      }
    }),
    { numRuns: RUNS, seed: 43 },
  );
  await client.query("ROLLBACK");
  await client.query("USE ROLE ACCOUNTADMIN");
  expect(await client.query("SELECT 1")).toEqual([["1"]]);
}, 300_000);
