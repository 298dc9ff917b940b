import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Project } from "../project.ts";

const message = z.object({
  on: z.number(),
  integration: z.string(),
  kind: z.enum(["EMAIL", "WEBHOOK", "QUEUE"]),
  recipients: z.array(z.string()),
  subject: z.string().nullable(),
  body: z.string(),
  status: z.string(),
  errorMessage: z.string().nullable(),
});
export type Message = z.output<typeof message>;

/** Where the embedded account keeps what it would have sent: one JSON document a line. */
export const outboxFile = (project: Pick<Project, "dataDir">): string =>
  join(project.dataDir, "account", "outbox.jsonl");

/** Oldest first. A last line that a kill cut off is left out. */
export function readInbox(project: Pick<Project, "dataDir">): Message[] {
  const file = outboxFile(project);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [message.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

/** What a webhook was sent: the text in its JSON body, where it has one. */
export function textOf({ kind, body }: Message): string {
  if (kind !== "WEBHOOK") return body;
  try {
    const parsed: unknown = JSON.parse(body);
    const text = typeof parsed === "object" && parsed !== null && "text" in parsed ? parsed.text : undefined;
    return typeof text === "string" ? text : body;
  } catch {
    return body;
  }
}
