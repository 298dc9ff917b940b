import { createWorld } from "../../../local/data/generate.ts";
import { landDay } from "../../../local/data/land.ts";

const world = createWorld({ seed: 7, startDay: "2026-03-02", scale: 0.02 });

function collect() {
  const objects = new Map<string, Buffer>();
  const messages: string[] = [];
  let puts = 0;
  return {
    objects,
    messages,
    puts: () => puts,
    sinks: {
      async putObject(key: string, body: Buffer) {
        puts++;
        objects.set(key, body);
      },
      async produce(topic: string, batch: readonly { sequence: string; value: Buffer }[]) {
        for (const { sequence, value } of batch) messages.push(`${topic} ${sequence} ${value}`);
      },
    },
  };
}

test("a day lands whole, and progress says so", async () => {
  const into = collect();
  const seen: number[] = [];
  const done = await landDay(world.day(1), {
    ...into.sinks,
    progress: (progress) => seen.push(progress.messages),
  });
  expect(done).toMatchObject({
    day: 1,
    date: "2026-03-02",
    files: into.puts(),
    messages: into.messages.length,
  });
  expect(seen.at(-1)).toBe(into.messages.length);
  expect(into.messages[0]).toMatch(/^product_events 1:0 /);
});

test("a landing that was cut off goes on where it stopped, at the price of repeats only", async () => {
  const whole = collect();
  await landDay(world.day(1), whole.sinks, { batchSize: 20 });
  const cut = collect();
  let left = 4;
  let messages = 0;
  const dying = {
    ...cut.sinks,
    async produce(topic: string, batch: readonly { sequence: string; value: Buffer }[]) {
      if (left-- === 0) throw new Error("killed");
      await cut.sinks.produce(topic, batch);
    },
    progress: (progress: { messages: number }) => {
      messages = progress.messages;
    },
  };
  await expect(landDay(world.day(1), dying, { batchSize: 20 })).rejects.toThrow("killed");
  await landDay(world.day(1), cut.sinks, { batchSize: 20, fromMessage: messages });
  expect(cut.messages).toEqual(whole.messages);
  expect([...cut.objects]).toEqual([...whole.objects]);
});
