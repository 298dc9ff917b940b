import { DAY, dayEnd, dayStart } from "../calendar.ts";
import { HEX16 } from "../hex.ts";
import { mix32 } from "../random.ts";
import type { Universe } from "../world.ts";
import type { EventOrg } from "./activity.ts";
import { type DrawKey, drawKey, EVENT_TYPES, traits, typeOf, userOf, word0 } from "./draw.ts";
import type { Series } from "./landing.ts";

/**
 * Events as JSON text, 200 to 300 bytes of ASCII each. Text is built from tables: hexadecimal pairs, seconds of the
 * day, milliseconds.
 */
export interface SeriesEncoder {
  /** The i-th event of the series. */
  event(i: number): string;
}

const BASE36 = Array.from({ length: 36 ** 3 }, (_, n) => n.toString(36).padStart(3, "0"));
const two = (n: number) => String(n).padStart(2, "0");
const TIME = Array.from(
  { length: 86_400 },
  (_, s) => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.`,
);
const MILLIS = Array.from({ length: 1000 }, (_, n) => `${String(n).padStart(3, "0")}Z`);

// Share of the day's events that occurred by each full hour (0 to 24), UTC.
const BY_HOUR = (() => {
  const weights = [2, 1, 1, 1, 2, 3, 5, 7, 9, 9, 8, 7, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 3, 2];
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = [0];
  for (const weight of weights) shares.push(shares.at(-1)! + weight / sum);
  return shares;
})();
// The inverse, at 512 equal shares, in parts of a day.
const TIME_OF_SHARE = Float64Array.from({ length: 513 }, (_, n) => {
  const share = n / 512;
  const hour = Math.max(0, Math.min(23, BY_HOUR.findIndex((s) => s > share) - 1));
  if (n === 512) return 1;
  const width = BY_HOUR[hour + 1]! - BY_HOUR[hour]!;
  return (hour + (share - BY_HOUR[hour]!) / width) / 24;
});

const SYSTEMS = ["windows", "macos", "linux", "ios", "android"];
const VERSIONS = ["4.11.9", "4.12.0", "4.12.3", "4.13.1", "5.0.0-rc2"];
const APPS = ["mail", "wiki", "payroll", "crm", "git", "vpn", "chat", "tickets"];
const DIRECTORIES = ["google_workspace", "m365", "ldap", "scim"];
const POLICIES = ["disk_encryption", "screen_lock", "os_patch", "firewall"];
const GROUPS = ['["eng","ops"]', '["all"]', '["sales"]', '["eng","hr"]'];
const FEATURES = ["users", "groups", "devices", "policies", "sso_apps", "radius", "reports", "api_keys"];
const ACTIONS = ["create", "update", "delete", "export"];
const FACTORS = ["totp", "push", "webauthn", "sms"];
const ERRORS = ["E1001", "E1042", "E2003", "E4290", "E5000"];

/** What is said about an event of each type, by EVENT_TYPES index, from three random words. */
const PROPERTIES: readonly ((x: number, y: number, z: number) => string)[] = [
  (x, y, z) => `"ip":"${ip(x)}","os":"${SYSTEMS[y % 5]}","success":${(z & 31) !== 0}`,
  (x, y, z) => `"ip":"${ip(x)}","app":"${APPS[y & 7]}","duration_ms":${20 + (z & 1023)}`,
  (x, y) => `"source":"${DIRECTORIES[x & 3]}","changes":{"created":${y & 7},"updated":${(y >>> 4) & 63}}`,
  (_x, y, z) => `"os":"${SYSTEMS[y % 3]}","agent_version":"${VERSIONS[z % 5]}","uptime_s":${z >>> 12}`,
  (x, y, z) => `"policy":"${POLICIES[x & 3]}","groups":${GROUPS[y & 3]},"duration_ms":${5 + (z & 511)}`,
  (x, y, z) => `"ip":"${ip(x)}","factor":"${FACTORS[y & 3]}","duration_ms":${900 + (z & 16383)}`,
  (x, y, z) => `"feature":"${FEATURES[y & 7]}","target":{"action":"${ACTIONS[z & 3]}","id":${x >>> 14}}`,
  (x, y, z) => `"error_code":"${ERRORS[x % 5]}","feature":"${FEATURES[y & 7]}","retries":${z & 3}`,
];

const ip = (x: number): string => `10.${x >>> 24}.${(x >>> 16) & 255}.${(x >>> 8) & 255}`;

export function createSeriesEncoder(universe: Universe, org: EventOrg, series: Series): SeriesEncoder {
  const key: DrawKey = drawKey(universe.seed, org.index, series.day, series.arrival);
  const { calendar } = universe;
  const opens = dayStart(series.day);
  const closes = dayEnd(series.day);
  const arrives = dayStart(series.day + series.arrival);
  const occurredDate = `${calendar.date(opens)}T`;
  const receivedDate = `${calendar.date(arrives)}T`;
  const head = `","org_id":"${org.code}","user_id":"${org.userPrefix}`;
  const middle = EVENT_TYPES.map((type) => `","event_type":"${type}","occurred_at":"${occurredDate}`);
  const received = `","received_at":"${receivedDate}`;
  const offset = series.from - opens;
  const length = DAY - offset;

  return {
    event(i) {
      const first = word0(key, i);
      const trait = traits(key, first);
      const second = mix32(trait ^ key.c);
      const third = mix32(second ^ key.a);
      const fourth = mix32(third + key.b);
      const type = typeOf(trait);
      const user = userOf(trait, series.users);

      // Roughly in order of time, each up to three places out of it.
      const share = ((i + (second >>> 16) / 21_846) / (series.total + 2)) * 512;
      const slot = Math.floor(share);
      const left = TIME_OF_SHARE[slot]!;
      const partOfDay = left + (TIME_OF_SHARE[slot + 1]! - left) * (share - slot);
      const occurred = Math.min(Math.floor(offset + partOfDay * length), closes - opens);
      const wait = (third >>> 8) / 0x1000000;
      let at: number;
      if (series.arrival === 0) {
        const delay = (third & 31) === 0 ? 600_000 * wait : 40 + 2500 * wait;
        at = Math.min(Math.floor(occurred + delay), DAY - 1);
      } else {
        at = Math.floor(wait * (series.arrival === 1 ? DAY : occurred));
      }
      const version = 0x4000 | (second & 0x0fff);
      const variant = 0x8000 | ((third >>> 16) & 0x3fff);
      return (
        '{"event_id":"' +
        HEX16[first >>> 16] +
        HEX16[first & 0xffff] +
        "-" +
        HEX16[second >>> 16] +
        "-" +
        HEX16[version] +
        "-" +
        HEX16[variant] +
        "-" +
        HEX16[third & 0xffff] +
        HEX16[fourth >>> 16] +
        HEX16[fourth & 0xffff] +
        head +
        BASE36[user] +
        middle[type] +
        TIME[Math.floor(occurred / 1000)] +
        MILLIS[occurred % 1000] +
        received +
        TIME[Math.floor(at / 1000)] +
        MILLIS[at % 1000] +
        '","properties":{' +
        PROPERTIES[type]!(mix32(fourth ^ 0x5bd1e995), (second ^ fourth) >>> 0, mix32(fourth + 1)) +
        "}}"
      );
    },
  };
}
