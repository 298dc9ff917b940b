import type { FileSource, RejectReason, Row } from "./source.ts";

/** Texts that no timestamp parser takes. */
export const BAD_TIMESTAMPS = [
  "not-a-date",
  "2026-13-45T99:99:99.000Z",
  "0000-00-00T00:00:00.000Z",
  "the day after tomorrow",
] as const;

/** A broken version of a row with exactly the named flaw. One line, UTF-8. */
export function malformedRow(
  source: FileSource,
  reason: RejectReason,
  row: Row,
  hash: number,
  write: (row: Row) => string,
): string {
  switch (reason) {
    case "not_json":
      return notJson(write(row), hash);
    case "missing_key":
      return write(withoutKey(row, source.key, hash));
    case "bad_timestamp": {
      const bad = BAD_TIMESTAMPS[hash % BAD_TIMESTAMPS.length]!;
      return write({
        ...row,
        ...Object.fromEntries(source.timestamps.map((field) => [field, bad])),
      });
    }
  }
}

/** Four ways not to be JSON: cut off, an error page, a log line, and quotation marks of a wrong encoding. */
export function notJson(json: string, hash: number): string {
  const nonce = (hash >>> 0).toString(36);
  switch (hash % 4) {
    case 0:
      return json.slice(0, Math.floor(json.length * (0.35 + ((hash >>> 3) % 50) / 100)));
    case 1:
      return `<html><body><h1>502 Bad Gateway</h1><p>request ${nonce}</p></body></html>`;
    case 2:
      return `ERROR export worker ${nonce}: connection reset by peer`;
    default:
      return json.slice(0, 240).replaceAll('"', "â€œ");
  }
}

function withoutKey(row: Row, key: string, hash: number): Row {
  const { [key]: _key, ...rest } = row;
  if (hash % 3 === 0) return rest;
  return { [key]: hash % 3 === 1 ? null : "", ...rest };
}
