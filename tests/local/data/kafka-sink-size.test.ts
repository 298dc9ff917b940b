import { bySize } from "../../../local/data/kafka-sink.ts";

const message = (bytes: number) => ({ value: Buffer.alloc(bytes) });

test("sends are cut before they grow too large, and keep the order", () => {
  const messages = [300, 300, 300, 900, 10].map(message);
  const runs = [...bySize(messages, 1000)];
  expect(runs.flat()).toEqual(messages);
  expect(runs.map((run) => run.length)).toEqual([2, 1, 1, 1]);
});

test("a message that is too large by itself is sent by itself, for the broker to refuse", () => {
  expect([...bySize([message(5000)], 1000)].map((run) => run.length)).toEqual([1]);
});

test("nothing to send is no send", () => {
  expect([...bySize([], 1000)]).toEqual([]);
});
