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
    "/firn/files/stage/..%2F..%2Fetc%2Fpasswd",
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
        if (!at.startsWith("/firn/files/")) JSON.parse(answer.text);
      },
    ),
    { numRuns: RUNS, seed: 42 },
  );
}, 300_000);

const bindings = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom("1", "2", "x", "0"),
    fc.record({
      type: fc.oneof(
        fc.constantFrom("FIXED", "REAL", "TEXT", "DATE", "TIME", "TIMESTAMP_TZ", "BINARY", "VARIANT", "ANY"),
        fc.jsonValue(),
      ),
      value: fc.oneof(
        fc.string(),
        fc.constant("1"),
        fc.array(fc.oneof(fc.string(), fc.constant(null))),
        fc.jsonValue(),
      ),
    }),
  ),
);

test("requests of a session with any binds and parameters: answered in Snowflake's form", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        "SELECT ?, :2",
        "INSERT INTO t (a) VALUES (?)",
        "INSERT INTO t SELECT ?, ?",
        "CREATE TABLE IDENTIFIER(?) (a INT)",
        "SELECT 1; SELECT ?",
        "PUT file:///x ?",
      ),
      bindings,
      fc.jsonValue(),
      fc.boolean(),
      async (sqlText, given, parameters, describeOnly) => {
        const answer = await send(
          "POST",
          "/queries/v1/query-request",
          { authorization: `Snowflake Token="${client.token}"` },
          Buffer.from(JSON.stringify({ sqlText, bindings: given, parameters, describeOnly })),
        );
        expect(answer.status).toBe(200);
        expect(answer.text).not.toMatch(
          /\.ts:\d+|node_modules|is not a function|Cannot read properties|is not iterable/,
        );
        JSON.parse(answer.text);
      },
    ),
    { numRuns: RUNS, seed: 44 },
  );
}, 300_000);

/** Statements that work, of every kind, for parts of them to be changed. */
const WORKING = [
  "SELECT a, v:x.y::VARCHAR AS y FROM t WHERE a BETWEEN 1 AND 5 QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY y DESC) = 1",
  "SELECT f.value, f.index FROM t, LATERAL FLATTEN(INPUT => v:list, OUTER => TRUE) AS f ORDER BY 1 NULLS LAST LIMIT 3",
  "MERGE INTO t USING (SELECT 1 AS a) AS s ON t.a = s.a WHEN MATCHED AND s.a > 0 THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a)",
  "CREATE OR REPLACE TABLE c (n VARCHAR COLLATE 'en-ci', e VECTOR(FLOAT, 2) NOT NULL, d NUMBER(10, 2) DEFAULT 1, PRIMARY KEY (n))",
  "SELECT n, COUNT(DISTINCT n) FROM c WHERE n = 'A' COLLATE 'en-ci' GROUP BY n HAVING MIN(n) LIKE 'a%'",
  "SELECT VECTOR_COSINE_SIMILARITY([1, 2]::VECTOR(FLOAT, 2), e), e::ARRAY FROM c ORDER BY VECTOR_L2_DISTANCE(e, [0, 1]::VECTOR(FLOAT, 2))",
  "CREATE OR REPLACE DYNAMIC TABLE dt TARGET_LAG = '1 minute' WAREHOUSE = w REFRESH_MODE = FULL AS SELECT a, COUNT(*) AS n FROM t GROUP BY a",
  "ALTER DYNAMIC TABLE dt SET TARGET_LAG = DOWNSTREAM",
  "CREATE OR REPLACE MATERIALIZED VIEW mv CLUSTER BY (a) AS SELECT a, SUM(a) AS s FROM t GROUP BY a",
  "ALTER MATERIALIZED VIEW mv SUSPEND",
  "CREATE OR REPLACE STREAM s ON TABLE t APPEND_ONLY = TRUE SHOW_INITIAL_ROWS = TRUE COMMENT = 'x'",
  "SELECT * FROM t AT (OFFSET => -1) CHANGES (INFORMATION => DEFAULT) AT (OFFSET => -1)",
  "CREATE OR REPLACE TASK k WAREHOUSE = w SCHEDULE = 'USING CRON 0 5 * * * UTC' WHEN SYSTEM$STREAM_HAS_DATA('s') AS INSERT INTO t (a) SELECT a FROM s",
  "EXECUTE IMMEDIATE $$ DECLARE x INT DEFAULT 0; BEGIN FOR r IN (SELECT a FROM t) DO x := x + r.a; END FOR; RETURN x; EXCEPTION WHEN OTHER THEN RETURN SQLERRM; END $$",
  "SELECT * FROM (SELECT a, 'k' AS k FROM t) PIVOT (SUM(a) FOR k IN ('k' AS kk)) AS p",
  "COPY INTO t (a) FROM (SELECT $1 FROM @~/none) FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) ON_ERROR = SKIP_FILE_10%",
  "GRANT SELECT ON FUTURE TABLES IN SCHEMA d.public TO ROLE sysadmin WITH GRANT OPTION",
  "CREATE OR REPLACE FUNCTION g(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'return X + 1'",
  "SELECT DATEADD(day, 1, '2026-01-01'::DATE), TO_CHAR(CURRENT_TIMESTAMP(), 'YYYY-MM'), IFF(TRUE, 1, 2), OBJECT_CONSTRUCT('a', [1, {'b': NULL}])",
  "SHOW TABLES LIKE 't%' IN SCHEMA d.public STARTS WITH 'T' LIMIT 5",
];

const pieces = (text: string): string[] => text.match(/'[^']*'|\$\$|[\w$]+|\s+|[^\w\s]/g) ?? [];

test("statements that work, with parts left out, doubled, exchanged or of another: never an internal error", async () => {
  const change = fc.record({ kind: fc.nat(3), at: fc.nat(), other: fc.nat() });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...WORKING),
      fc.constantFrom(...WORKING),
      fc.array(change, { maxLength: 3 }),
      async (given, another, changes) => {
        const parts = pieces(given);
        const others = pieces(another);
        for (const { kind, at, other } of changes) {
          const i = at % parts.length;
          if (kind === 0) parts.splice(i, 1);
          else if (kind === 1) parts.splice(i, 0, parts[i]!);
          else if (kind === 2) parts[i] = parts[other % parts.length]!;
          else parts[i] = others[other % others.length]!;
          if (parts.length === 0) return;
        }
        try {
          await client.query(parts.join(""));
        } catch (error) {
          expect((error as Error).message).toMatch(/^[0-9-]{5,7}: /);
          expect((error as Error).message).not.toMatch(
            /\.ts:\d+|node_modules|is not a function|Cannot read properties|is not iterable|XX000/,
          );
        }
      },
    ),
    { numRuns: RUNS, seed: 45 },
  );
  await client.query("ROLLBACK");
  await client.query("USE ROLE ACCOUNTADMIN");
  expect(await client.query("SELECT 1")).toEqual([["1"]]);
}, 600_000);

const word = fc.constantFrom(
  ..."SELECT FROM WHERE INSERT INTO VALUES MERGE USING ON WHEN MATCHED THEN UPDATE SET DELETE CREATE OR REPLACE TABLE VIEW STREAM TASK PIPE STAGE GRANT ROLE USER WAREHOUSE SHOW DESCRIBE ALTER BEGIN END COMMIT CALL EXECUTE IMMEDIATE COPY LATERAL FLATTEN QUALIFY OVER PARTITION BY ORDER GROUP LIMIT WITH RECURSIVE COLLATE VECTOR(FLOAT,2) VECTOR_L2_DISTANCE( DYNAMIC MATERIALIZED TARGET_LAG '1 minute' DOWNSTREAM REFRESH CLONE AT BEFORE CHANGES UNDROP SWAP EXPLAIN PIVOT UNPIVOT TABLESAMPLE IDENTIFIER( ? :1 DECLARE LET FOR LOOP EXCEPTION RETURN AS CASE NULL TRUE t a v d $1 $$ ' \" ; , ( ) :: : . * + - / = < > @ % [ ] { } -- /* 1 2.5 'x' \"Q\"".split(
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
