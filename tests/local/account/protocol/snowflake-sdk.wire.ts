import { generateKeyPairSync } from "node:crypto";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;

beforeAll(async () => {
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "right horse",
  });
});
afterAll(() => server.stop());

test("a password log-in, a query, the end of the session", async () => {
  const connection = await connect(server, { username: "ADMIN", password: "right horse" });
  expect(await execute(connection, "SELECT 1 AS A, 'x' AS B, NULL AS C")).toEqual([
    { A: 1, B: "x", C: null },
  ]);
  await new Promise<void>((resolve, reject) =>
    connection.destroy((error) => (error ? reject(error) : resolve())),
  );
  expect(server.account.sessions.list()).toHaveLength(0);
});

test.each([
  ["a wrong password", { username: "ADMIN", password: "wrong" }],
  ["an unknown user", { username: "NOBODY", password: "right horse" }],
])("%s is refused in the same words", async (_, credentials) => {
  await expect(connect(server, credentials)).rejects.toMatchObject({
    code: "390100",
    message: "Incorrect username or password was specified.",
  });
});

test("a key pair logs in; another key does not", async () => {
  const { catalog } = server.account.services;
  const right = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const wrong = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const der = right.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  await server.account.pool.use((duckdb) =>
    catalog.change(duckdb, (change) => {
      const admin = catalog.find("USER", 0, "ADMIN")!;
      change.update(admin, { props: { ...admin.props, rsaPublicKey: der } });
    }),
  );
  const withKey = (key: typeof right) => ({
    username: "ADMIN",
    authenticator: "SNOWFLAKE_JWT",
    privateKey: key.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  });
  const connection = await connect(server, withKey(right));
  expect(await execute(connection, "SELECT 1 AS A")).toEqual([{ A: 1 }]);
  await expect(connect(server, withKey(wrong))).rejects.toMatchObject({ code: "390144" });
});

test("a role that the user lacks is refused at log-in", async () => {
  await expect(
    connect(server, { username: "ADMIN", password: "right horse", role: "NO_SUCH_ROLE" }),
  ).rejects.toMatchObject({ code: "390189" });
});

test("an error carries code, SQLSTATE and query id, and is not repeated by the driver", async () => {
  const connection = await connect(server, { username: "ADMIN", password: "right horse" });
  await expect(execute(connection, "SELECT nonsense FROM nowhere")).rejects.toMatchObject({
    code: expect.stringMatching(/^\d{6}$/),
    sqlState: expect.stringMatching(/^[0-9A-Z]{5}$/),
    data: { queryId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
});

test("a big result comes in chunks, complete and in order", async () => {
  const connection = await connect(server, { username: "ADMIN", password: "right horse" });
  const rows = await execute(
    connection,
    `WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 447)
     SELECT a.i * 448 + b.i AS N, repeat('x', 20) AS T FROM n a CROSS JOIN n b ORDER BY 1`,
  );
  expect(rows).toHaveLength(448 * 448);
  expect(rows.every((row, index) => Number(row["N"]) === index)).toBe(true);
}, 60_000);

test("an asynchronous query is fetched by its id", async () => {
  const connection = await connect(server, { username: "ADMIN", password: "right horse" });
  const queryId = await new Promise<string>((resolve, reject) =>
    connection.execute({
      sqlText: "SELECT 42 AS ANSWER",
      asyncExec: true,
      complete: (error, statement) => (error ? reject(error) : resolve(statement.getQueryId())),
    }),
  );
  const statement = await connection.getResultsFromQueryId({ sqlText: "", queryId });
  const rows: unknown[] = [];
  for await (const row of statement.streamRows()) rows.push(row);
  expect(rows).toEqual([{ ANSWER: 42 }]);
});
