import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outboxFile, readInbox, textOf } from "../../cli/embedded/inbox.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "firn-inbox-"));
  mkdirSync(join(dataDir, "account"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const message = (more: object) => ({
  on: 0,
  integration: "ALERT_MAIL",
  kind: "EMAIL",
  recipients: ["a@example.com"],
  subject: "s",
  body: "b",
  status: "SUCCESS",
  errorMessage: null,
  ...more,
});

test("messages in order; a line that a kill cut off is left out", () => {
  writeFileSync(
    outboxFile({ dataDir }),
    `${JSON.stringify(message({ on: 1 }))}\n${JSON.stringify(message({ on: 2, kind: "WEBHOOK", subject: null }))}\n{"on": 3, "integ`,
  );
  expect(readInbox({ dataDir }).map((one) => [one.on, one.kind])).toEqual([
    [1, "EMAIL"],
    [2, "WEBHOOK"],
  ]);
});

test("nothing sent yet", () => {
  expect(readInbox({ dataDir })).toEqual([]);
});

test("a webhook's text is read out of its body, whatever the body is", () => {
  const text = (kind: string, body: string) => textOf(message({ kind, body }) as never);
  expect(text("WEBHOOK", '{"text": "hello\\nworld"}')).toBe("hello\nworld");
  expect(text("WEBHOOK", "plain")).toBe("plain");
  expect(text("WEBHOOK", "{}")).toBe("{}");
  expect(text("EMAIL", '{"text": "x"}')).toBe('{"text": "x"}');
});
