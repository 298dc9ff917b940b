import { BAD_TIMESTAMPS, notJson } from "../malformed.ts";
import { hashOf } from "../random.ts";
import type { RejectReason } from "../source.ts";

const EVENT_ID = /"event_id":"([^"]+)"/;

/**
 * A broken record made of a sound event's text, with exactly the named flaw. Its event_id is its own, never that of
 * the event it was made of, and no two broken records are alike.
 */
export function malformedEvent(reason: RejectReason, json: string, hash: number): string {
  const id = [1, 2, 3, 4].map((n) => hashOf(hash, n).toString(16).padStart(8, "0")).join("");
  const own = `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20)}`;
  switch (reason) {
    case "not_json":
      return notJson(json.replace(EVENT_ID, `"event_id":"${own}"`), hash);
    case "missing_key": {
      const trace = `"trace":"${own}"`;
      const variants = [trace, `"event_id":null,${trace}`, `"event_id":"",${trace}`];
      return json.replace(EVENT_ID, variants[hash % 3]!);
    }
    case "bad_timestamp": {
      const bad = BAD_TIMESTAMPS[hash % BAD_TIMESTAMPS.length]!;
      return json
        .replace(EVENT_ID, `"event_id":"${own}"`)
        .replace(/"occurred_at":"[^"]+"/, `"occurred_at":"${bad}"`);
    }
  }
}
