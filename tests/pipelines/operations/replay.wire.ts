import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { quotedObject } from "../../../infra/names.ts";
import { dayRange } from "../../../pipelines/operations/days.ts";
import { type LandingZone, landingZone } from "../../../pipelines/operations/replay/landing-zone.ts";
import { lookUpReplay, runReplay } from "../../../pipelines/operations/replay/run.ts";
import { crmPlatform } from "./support/crm-platform.ts";
import { startStack, type TestStack } from "./support/stack.ts";

let stack: TestStack;
let zone: LandingZone;
let keys: Set<string>;
const range = dayRange("2026-03-01", "2026-03-02");
const running = { report: () => undefined };
const DATABASES = ["raw", "core", "mart", "ops"] as const;

beforeAll(async () => {
  stack = await startStack(crmPlatform());
  zone = landingZone(stack.s3, stack.platform.landing!.bucket);
  keys = new Set([...(await stack.land(1)), ...(await stack.land(2))]);
  await stack.settle(keys);
}, 300_000);
afterAll(() => stack?.stop());

const everything = async () =>
  Object.assign({}, ...(await Promise.all(DATABASES.map((database) => stack.digests(database)))));

async function replay(now = Date.now()) {
  const state = await lookUpReplay(stack.platform, "salesforce", range, zone, stack.client, running);
  return runReplay(state, stack.client, running, now);
}

const account = () => stack.platform.pipes.find((pipe) => pipe.key === "raw.salesforce.account")!;

test("a replay of what is there adds nothing, and derived tables stay as they were", async () => {
  const before = await everything();
  const outcome = await replay();
  expect(outcome.map((one) => [one.rowsAdded, one.handedToPipe])).toEqual(outcome.map(() => [0, 0]));
  expect(outcome.reduce((sum, one) => sum + one.files, 0)).toBe(
    [...keys].filter((key) => key.startsWith("salesforce/")).length,
  );
  await stack.settle();
  expect(await everything()).toEqual(before);
}, 120_000);

test("lost rows come back, each once, and derived tables are as before", async () => {
  const before = await everything();
  await stack.client.query(`DELETE FROM ${quotedObject(account())} WHERE FILE_ROW_NUMBER % 3 = 1`);
  await stack.client.query(
    `DELETE FROM ${quotedObject(stack.platform.pipes.find((pipe) => pipe.key === "raw.salesforce.lead")!)}`,
  );
  await replay();
  expect(await stack.digests("raw")).toEqual(
    Object.fromEntries(Object.entries(before).filter(([name]) => name.startsWith("raw."))),
  );
  await stack.settle();
  expect(await everything()).toEqual(before);
}, 120_000);

test("a truncated table whose pipe forgot its files is filled again, also when it is interrupted between", async () => {
  const before = await everything();
  await stack.client.query(`TRUNCATE TABLE ${quotedObject(account())}`);
  // Nothing is young: the pipe would not take these files any more.
  const later = Date.now() + 20 * 86_400_000;
  const state = await lookUpReplay(stack.platform, "salesforce", range, zone, stack.client, running);
  const controller = new AbortController();
  const stopped = runReplay(
    state,
    stack.client,
    {
      signal: controller.signal,
      report: ({ detail }) => {
        if (detail.startsWith("raw.salesforce.account 2026-03-02")) controller.abort();
      },
    },
    later,
  );
  await expect(stopped).rejects.toThrow();
  await replay(later);
  await stack.settle();
  expect(await everything()).toEqual(before);
}, 120_000);

test("a file that its pipe was never told of goes through the pipe, which remembers it", async () => {
  const key = "salesforce/account/dt=2026-03-02/account-late.jsonl.gz";
  const pipe = quotedObject(account());
  const [first] = [...keys].filter((one) => one.startsWith("salesforce/account/dt=2026-03-02/"));
  const bucket = stack.platform.landing!.bucket;
  const body = await (
    await stack.s3.send(new GetObjectCommand({ Bucket: bucket, Key: first! }))
  ).Body!.transformToByteArray();
  await stack.client.query(`ALTER PIPE ${pipe} SET PIPE_EXECUTION_PAUSED = TRUE`);
  await expect(replay()).rejects.toThrow(/is PAUSED: files that wait for it would be loaded twice/);
  await stack.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  await stack.client.query(`ALTER PIPE ${pipe} SET PIPE_EXECUTION_PAUSED = FALSE`);
  const outcome = await replay();
  const rows = await stack.one(
    `SELECT COUNT(*) - COUNT(DISTINCT FILE_NAME, FILE_ROW_NUMBER) FROM ${quotedObject(account())}`,
  );
  expect(Number(rows)).toBe(0);
  expect(outcome.every((one) => one.rowsAdded === 0)).toBe(true);
  expect(
    Number(await stack.one(`SELECT COUNT(*) FROM ${quotedObject(account())} WHERE FILE_NAME = '${key}'`)),
  ).toBeGreaterThan(0);
  await stack.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}, 120_000);

test("an archived file is told, restored on request, and read then", async () => {
  const key = "salesforce/account/dt=2026-03-02/account-archived.jsonl.gz";
  const bucket = stack.platform.landing!.bucket;
  await stack.client.query(`ALTER PIPE ${quotedObject(account())} SET PIPE_EXECUTION_PAUSED = TRUE`);
  await stack.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: '{"Id":"1"}\n', StorageClass: "GLACIER" }),
  );
  const look = () => lookUpReplay(stack.platform, "salesforce", range, zone, stack.client, running);
  const archived = (await look()).objects.flatMap((object) => object.archived.map((file) => file.key));
  expect(archived).toEqual([key]);
  await zone.restore(archived, 7);
  const after = await look();
  expect(after.objects.flatMap((object) => object.archived)).toEqual([]);
  expect(
    after.objects.flatMap((object) => object.batches.flatMap((batch) => batch.files.map((file) => file.key))),
  ).toContain(key);
}, 120_000);

test("a source without pipes says how it is replayed instead", async () => {
  await expect(
    lookUpReplay(stack.platform, "saleforce", range, zone, stack.client, running),
  ).rejects.toMatchObject({ exitCode: 2, hint: expect.stringContaining('Did you mean "salesforce"?') });
});
