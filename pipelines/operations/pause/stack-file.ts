/** The list `firn:paused` in the text of a stack's file, everything else left as it is written. */
import { isSeq, parseDocument } from "yaml";

const PATH = ["config", "firn:paused"] as const;

export function withPaused(text: string, source: string, paused: boolean): string {
  const document = parseDocument(text);
  const list = document.getIn(PATH) as unknown;
  const before: string[] = isSeq(list) ? (list.toJSON() as string[]) : [];
  const after = paused ? [...new Set([...before, source])].sort() : before.filter((one) => one !== source);
  if (after.join() === before.join()) return text;
  // The line is put or taken by its place: writing the document anew would fold comments and flow maps otherwise.
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith("  firn:paused:"));
  const line = `  firn:paused: [${after.join(", ")}]`;
  if (at >= 0) {
    let end = at + 1;
    while (end < lines.length && /^ {4,}\S/.test(lines[end]!)) end++;
    lines.splice(at, end - at, ...(after.length === 0 ? [] : [line]));
  } else {
    const config = lines.findIndex((one) => one.startsWith("config:"));
    const sources = lines.findIndex((one) => one.startsWith("  firn:sources:"));
    let end = (sources < 0 ? config : sources) + 1;
    while (end < lines.length && /^ {4,}\S/.test(lines[end]!)) end++;
    lines.splice(end, 0, line);
  }
  return lines.join("\n");
}
