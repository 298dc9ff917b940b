import { randomBytes } from "node:crypto";

let sequence = randomBytes(2).readUInt16BE(0);

/**
 * A query id in Snowflake's form: a UUID whose first part grows with time (`01` + minutes since 2000), so that ids
 * sort by age and look at home in tools that expect them.
 */
export function newQueryId(now: number): string {
  const minutes = Math.floor((now - Date.UTC(2000, 0, 1)) / 60_000);
  sequence = (sequence + 1) & 0xffff;
  const head = (0x01_000000 + (minutes & 0xffffff)).toString(16).padStart(8, "0");
  const random = randomBytes(10).toString("hex");
  const order = sequence.toString(16).padStart(4, "0");
  return `${head}-${order}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8, 20)}`;
}

const QUERY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isQueryId = (text: string): boolean => QUERY_ID.test(text);
