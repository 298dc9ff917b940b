import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { quotedObject } from "../../../infra/names.ts";
import type { Pipe } from "../../../infra/platform.ts";
import type { Account } from "../../../pipelines/operations/account.ts";
import { dayRange } from "../../../pipelines/operations/days.ts";
import { replacePipe } from "../../../pipelines/operations/replace/pipe.ts";
import { replaceStream } from "../../../pipelines/operations/replace/stream.ts";
import { type LandingZone, landingZone } from "../../../pipelines/operations/replay/landing-zone.ts";
import { lookUpReplay, runReplay } from "../../../pipelines/operations/replay/run.ts";
import { crmPlatform } from "./support/crm-platform.ts";
import { startStack, type TestStack } from "./support/stack.ts";

let stack: TestStack;
let zone: LandingZone;
const running = { report: () => undefined };
const range = dayRange("2026-03-01", "2026-03-03");
const pipeOf = (key: string) => stack.platform.pipes.find((pipe) => pipe.key === key)!;
/** The same loads, said otherwise. */
const changed = (pipe: Pipe, suffix: string): Pipe => ({
  ...pipe,
  copy: pipe.copy.replace(", $1,", `, $1::VARCHAR${suffix},`),
});

beforeAll(async () => {
  const platform = crmPlatform();
  // One role for all: this stack is made without the platform's own roles.
  const automation = { ...platform.automation, loader: "ACCOUNTADMIN", transformer: "ACCOUNTADMIN" };
  stack = await startStack({ ...platform, automation });
  zone = landingZone(stack.s3, platform.landing!.bucket);
  await stack.settle(await stack.land(1));
}, 300_000);
afterAll(() => stack?.stop());

/** What is missing or double in RAW, against every line that landed. */
async function against() {
  const state = await lookUpReplay(stack.platform, "salesforce", range, zone, stack.client, running);
  const files = state.objects.flatMap((object) => object.batches.flatMap((batch) => batch.files));
  const missing = await runReplay(state, stack.client, running, Date.now());
  const doubles = await Promise.all(
    stack.platform.pipes.map((pipe) =>
      stack.one(`SELECT COUNT(*) - COUNT(DISTINCT FILE_NAME, FILE_ROW_NUMBER) FROM ${quotedObject(pipe)}`),
    ),
  );
  return {
    files: files.length,
    missing: missing.reduce((sum, one) => sum + one.rowsAdded + one.handedToPipe, 0),
    doubles: doubles.map(Number).reduce((sum, one) => sum + one, 0),
  };
}

test("files that land while pipes are replaced are all loaded, each once", async () => {
  const landing = stack.land(2);
  for (const pipe of stack.platform.pipes) {
    const { recreated } = await replacePipe(
      stack.platform,
      changed(pipe, ""),
      zone,
      stack.client,
      running,
      Date.now(),
    );
    expect(recreated).toBe(true);
  }
  await stack.settle(await landing);
  const { files, missing, doubles } = await against();
  expect({ missing, doubles }).toEqual({ missing: 0, doubles: 0 });
  expect(files).toBe(10);
}, 120_000);

test("a file that lands between the pause and the new pipe is handed to it; so it is when a kill came between", async () => {
  const bucket = stack.platform.landing!.bucket;
  const pipe = changed(pipeOf("raw.salesforce.account"), "::VARCHAR");
  const [first] = await zone.list(pipe.load.prefix, pipe.load.prefix, `${pipe.load.prefix}\uffff`);
  const { Body } = await stack.s3.send(new GetObjectCommand({ Bucket: bucket, Key: first!.key }));
  const body = await Body!.transformToByteArray();
  const late = (name: string) => `${pipe.load.prefix}dt=2026-03-02/${name}.jsonl.gz`;
  /** Lands a file at the worst moment; its event goes to the pipe that is about to be dropped. */
  const landingBeforeRecreation = (name: string, then: () => void): Account => ({
    async query(sql) {
      if (!sql.startsWith("CREATE OR REPLACE PIPE")) return stack.client.query(sql);
      await stack.s3.send(new PutObjectCommand({ Bucket: bucket, Key: late(name), Body: body }));
      await untilPending(pipe);
      const result = await stack.client.query(sql);
      then();
      return result;
    },
  });
  const replace = (account: Account, of: Pipe) =>
    replacePipe(stack.platform, of, zone, account, running, Date.now());

  const whole = await replace(
    landingBeforeRecreation("late-1", () => undefined),
    pipe,
  );
  expect(whole).toEqual({ recreated: true, handed: [late("late-1")] });

  const again = changed(pipeOf("raw.salesforce.account"), "::VARCHAR::VARCHAR");
  const killed = landingBeforeRecreation("late-2", () => {
    throw new Error("killed");
  });
  await expect(replace(killed, again)).rejects.toThrow("killed");
  expect(await replace(stack.client, again)).toEqual({ recreated: false, handed: [late("late-2")] });
  expect(await against()).toMatchObject({ missing: 0, doubles: 0 });
}, 120_000);

async function untilPending(pipe: Pipe): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const status = await stack.one(`SELECT SYSTEM$PIPE_STATUS('${quotedObject(pipe)}')`);
    if ((JSON.parse(String(status)) as { pendingFileCount: number }).pendingFileCount > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the event did not arrive");
}

test("a stream with unread rows is not replaced, and its tasks go on", async () => {
  const stream = stack.platform.streams.find((one) => one.source === "raw.salesforce.account")!;
  await expect(replaceStream(stack.platform, stream, stack.client, running)).rejects.toThrow(
    /holds [\d,]+ unread rows; replaced now, .* would never see them/,
  );
  const [root] = await stack.client.records(`SHOW TASKS LIKE 'START_%' IN ACCOUNT`);
  expect(root!["state"]).toBe("started");
}, 60_000);

test("a stream without unread rows is replaced, and what its consumer makes of it stays the same", async () => {
  await stack.settle();
  const before = [await stack.digests("core"), await stack.digests("mart"), await stack.digests("ops")];
  const streams = stack.platform.streams.filter((one) =>
    ["raw.salesforce.account", "raw.salesforce.lead"].includes(one.source),
  );
  for (const stream of streams) await replaceStream(stack.platform, stream, stack.client, running);
  await stack.settle(await stack.land(3));
  await stack.settle(await stack.land(3));
  const after = [await stack.digests("core"), await stack.digests("mart"), await stack.digests("ops")];
  expect(after).not.toEqual(before);
  // Equal to what a rebuild of every model from RAW makes.
  for (const model of stack.platform.models)
    if (model.fullRefresh !== undefined) await stack.client.query(model.fullRefresh);
  expect([await stack.digests("core"), await stack.digests("mart"), await stack.digests("ops")]).toEqual(
    after,
  );
}, 120_000);
