import { isAccountAdmin } from "./access/index.ts";
import { VirtualClock } from "./clock.ts";
import { tokenize, unquoteString } from "./commands/index.ts";
import { errors, SnowflakeError } from "./errors.ts";
import type { StatementContext } from "./session/context.ts";
import { type Outcome, tableOutcome } from "./session/outcome.ts";
import type { WorkTracker } from "./work-tracker.ts";

const UNITS: Record<string, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};

/** `1 day`, `90 minutes`, `3 hours 20 seconds` in milliseconds; undefined when it is no such text. */
export function parseInterval(text: string): number | undefined {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words.length === 0 || words.length % 2 !== 0) return undefined;
  let sum = 0;
  for (let at = 0; at < words.length; at += 2) {
    const count = Number(words[at]);
    const unit = UNITS[words[at + 1]!.replace(/s$/, "")];
    if (!Number.isFinite(count) || count < 0 || unit === undefined) return undefined;
    sum += count * unit;
  }
  return sum;
}

/**
 * `CALL FIRN$ADVANCE_CLOCK('1 day')`, or with a time to go to (`'2026-02-01T00:00:00Z'`): everything that falls due
 * happens, in order, before the call answers with the new time. Null for any other statement. Only on a virtual
 * clock, only for ACCOUNTADMIN.
 */
export function advanceClock(context: StatementContext, tracker: WorkTracker): Promise<Outcome> | null {
  const tokens = tokenize(context.text).map((token) => token.image);
  if (tokens[0]?.toUpperCase() !== "CALL" || tokens[1]?.toUpperCase() !== "FIRN$ADVANCE_CLOCK") return null;
  if (tokens.length !== 5 || tokens[2] !== "(" || tokens[4] !== ")" || !tokens[3]?.startsWith("'"))
    throw errors.invalidValue(context.text, "CALL FIRN$ADVANCE_CLOCK('<interval or time>')");
  if (!isAccountAdmin(context)) throw errors.insufficientPrivileges("ACCOUNT", "FIRN$ADVANCE_CLOCK");
  const { clock } = context.services;
  if (!(clock instanceof VirtualClock))
    throw new SnowflakeError(
      "002040",
      "0A000",
      "FIRN$ADVANCE_CLOCK needs a virtual clock: start the account with --clock virtual.",
    );
  const text = unquoteString(tokens[3]);
  const interval = parseInterval(text);
  const to = interval === undefined ? Date.parse(text) : clock.now() + interval;
  if (!Number.isFinite(to) || to < clock.now())
    throw errors.invalidValue(text, "interval or time to advance to");
  return clock
    .advance(to, () => tracker.settle())
    .then(() =>
      tableOutcome(
        "CALL",
        [{ name: "FIRN$ADVANCE_CLOCK", type: { kind: "TIMESTAMP_NTZ", scale: 9 }, nullable: false }],
        [[BigInt(clock.now()) * 1_000_000n]],
      ),
    );
}
