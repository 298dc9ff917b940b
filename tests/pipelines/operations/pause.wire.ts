import { quotedObject } from "../../../infra/names.ts";
import { pausePipes } from "../../../pipelines/operations/pause/run.ts";
import { pausable } from "../../../pipelines/sources/pauses.ts";
import { crmPlatform } from "./support/crm-platform.ts";
import { startStack, type TestStack } from "./support/stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack(crmPlatform());
  await stack.settle(await stack.land(1));
}, 300_000);
afterAll(() => stack?.stop());

const files = async () => {
  const counts = stack.platform.pipes.map((pipe) =>
    stack.one(`SELECT COUNT(DISTINCT FILE_NAME) FROM ${quotedObject(pipe)}`),
  );
  return (await Promise.all(counts)).map(Number).reduce((sum, one) => sum + one, 0);
};

test("what lands while a source is paused waits, and is loaded when it is resumed", async () => {
  const parts = pausable(stack.platform, "salesforce");
  expect(parts).toHaveLength(stack.platform.pipes.length);
  const before = await files();
  const paused = await pausePipes(parts, true, stack.client);
  expect(paused.map((one) => one.state)).toEqual(parts.map(() => "PAUSED"));
  // Twice is once.
  expect(await pausePipes(parts, true, stack.client)).toEqual(paused);
  const keys = await stack.land(2);
  for (let i = 0; i < 400; i++) {
    const states = await pausePipes(parts, true, stack.client);
    if (states.reduce((sum, one) => sum + one.waiting, 0) === keys.size) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await files()).toBe(before);
  const resumed = await pausePipes(parts, false, stack.client);
  expect(resumed.map((one) => one.state)).toEqual(parts.map(() => "RUNNING"));
  await stack.settle(new Set([...keys]));
  for (let i = 0; i < 400 && (await files()) < before + keys.size; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await files()).toBe(before + keys.size);
}, 120_000);

test("a deployment does not wait for files of a paused source", async () => {
  const platform = { ...stack.platform, pauses: pausable(stack.platform, "salesforce") };
  const { waitForPipes } = await import("../../../cli/embedded/settle.ts");
  await waitForPipes(stack.client, platform, new Set(["salesforce/account/dt=2026-03-09/never.gz"]), {
    progress: () => undefined,
  });
});
