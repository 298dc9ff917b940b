import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SnowflakeClient } from "../../../cli/snowflake-client.ts";
import { type AccountServer, startAccountServer } from "../../../local/account/server.ts";

let folder: string;
let server: AccountServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firn-start-"));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function start(adminPassword: string, adminUser = "ADMIN"): Promise<void> {
  await server?.stop();
  server = undefined;
  server = await startAccountServer({ dataDir: folder, adminUser, adminPassword });
}
const connect = (password: string) =>
  SnowflakeClient.connect({ accessUrl: server!.url, account: "FIRNLOCAL", username: "ADMIN", password });

test("an account that is started again on its folder takes the password of this start, and keeps its data", async () => {
  await start("first");
  const before = await connect("first");
  await before.query("CREATE DATABASE kept");
  await before.close();
  await start("second");
  await expect(connect("first")).rejects.toThrow("Incorrect username or password");
  const after = await connect("second");
  expect((await after.query("SHOW DATABASES LIKE 'KEPT'")).rows).toHaveLength(1);
  await after.close();
});

test("a first user that the folder's account does not have is refused, with what to do", async () => {
  await start("first");
  await expect(start("first", "SOMEBODY")).rejects.toMatchObject({
    message: "The account in this folder has no user SOMEBODY.",
    hint: expect.stringContaining("another folder"),
  });
});

test("a taken port is told, with what to do", async () => {
  await start("first");
  await expect(
    startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x", port: server!.port }),
  ).rejects.toMatchObject({
    message: `Port ${server!.port} of 127.0.0.1 is taken by another program.`,
    hint: expect.stringContaining("a free one is found"),
  });
});
