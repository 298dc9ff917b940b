import { KINDS } from "../access/index.ts";
import { GLOBAL_PRIVILEGES, IMPORTED_PRIVILEGES, OBJECT_PRIVILEGES } from "../access/privilege-tables.ts";
import type { ObjectKind } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import { readSignature } from "./signature.ts";

export type GranteeName = { kind: "ROLE" | "DATABASE_ROLE" | "USER"; name: string[] };

export type GrantTarget =
  | { on: "ACCOUNT" }
  | { on: "OBJECT"; kind: ObjectKind; name: string[]; signature: string[] | null }
  | {
      on: "ALL" | "FUTURE";
      kind: ObjectKind | null;
      words: string;
      in: "DATABASE" | "SCHEMA";
      name: string[];
    };

/** Words that name a kind in GRANT: singular to kind. */
const SINGULAR: Record<string, ObjectKind> = Object.fromEntries(
  (Object.keys(KINDS) as ObjectKind[])
    .filter((kind) => kind !== "ACCOUNT_SETTINGS")
    .map((kind) => [KINDS[kind].words, kind]),
);
const PLURAL: Record<string, ObjectKind> = Object.fromEntries(
  (Object.keys(KINDS) as ObjectKind[])
    .filter((kind) => kind !== "ACCOUNT_SETTINGS")
    .map((kind) => [KINDS[kind].plural, kind]),
);

/** Kinds that Snowflake has and this account has not: ALL of them is nothing, FUTURE and single ones are refused. */
const ABSENT = [
  "AGGREGATION POLICY",
  "AUTHENTICATION POLICY",
  "COMPUTE POOL",
  "CORTEX SEARCH SERVICE",
  "DATA METRIC FUNCTION",
  "EXTERNAL VOLUME",
  "FAILOVER GROUP",
  "GIT REPOSITORY",
  "HYBRID TABLE",
  "IMAGE REPOSITORY",
  "MODEL",
  "NOTEBOOK",
  "PACKAGES POLICY",
  "PROJECTION POLICY",
  "REPLICATION GROUP",
  "SERVICE",
  "SESSION POLICY",
  "SNAPSHOT",
  "STREAMLIT",
];
const absentPlural = (words: string) =>
  words.endsWith("Y") && words !== "REPOSITORY" ? `${words.slice(0, -1)}IES` : `${words}S`;

const longestFirst = (phrases: string[]) => phrases.sort((a, b) => b.length - a.length);
const SINGULAR_PHRASES = longestFirst(Object.keys(SINGULAR));
const PLURAL_PHRASES = longestFirst(Object.keys(PLURAL));

/** A kind in the singular, or undefined. Moves past it. */
export function acceptKind(cursor: Cursor): ObjectKind | undefined {
  for (const phrase of ["STORAGE", "NOTIFICATION", "API", "SECURITY", "CATALOG"])
    if (cursor.accept(phrase, "INTEGRATION")) return "INTEGRATION";
  if (cursor.accept("EXTERNAL", "ACCESS", "INTEGRATION")) return "INTEGRATION";
  const phrase = SINGULAR_PHRASES.find((words) => cursor.seesPhrase(words));
  if (phrase === undefined) {
    const absent = ABSENT.find((words) => cursor.seesPhrase(words));
    if (absent) throw errors.unsupported(absent);
    return undefined;
  }
  cursor.acceptPhrase(phrase);
  return SINGULAR[phrase];
}

/** A kind in the plural; null for one that the account does not have. */
export function readPluralKind(cursor: Cursor): { kind: ObjectKind | null; words: string } {
  const phrase = PLURAL_PHRASES.find((words) => cursor.seesPhrase(words));
  if (phrase !== undefined) {
    cursor.acceptPhrase(phrase);
    return { kind: PLURAL[phrase]!, words: phrase };
  }
  const absent = ABSENT.map(absentPlural).find((words) => cursor.seesPhrase(words));
  if (absent === undefined) throw cursor.syntaxError();
  cursor.acceptPhrase(absent);
  return { kind: null, words: absent };
}

/** What follows ON. */
export function readTarget(cursor: Cursor): GrantTarget {
  if (cursor.accept("ACCOUNT")) return { on: "ACCOUNT" };
  const many = cursor.acceptOneOf("ALL", "FUTURE");
  if (many) {
    const { kind, words } = readPluralKind(cursor);
    cursor.expect("IN");
    const place = cursor.acceptOneOf("DATABASE", "SCHEMA");
    if (!place) throw cursor.syntaxError();
    if (kind === null && many === "FUTURE") throw errors.unsupported(`GRANT … ON FUTURE ${words}`);
    return { on: many, kind, words, in: place, name: cursor.name() };
  }
  const kind = acceptKind(cursor);
  if (!kind) throw cursor.syntaxError();
  const name = cursor.name();
  const signature = kind === "FUNCTION" || kind === "PROCEDURE" ? readSignature(cursor) : null;
  return { on: "OBJECT", kind, name, signature };
}

const KNOWN_PRIVILEGES = longestFirst([
  ...new Set([
    ...GLOBAL_PRIVILEGES,
    ...Object.values(OBJECT_PRIVILEGES).flat(),
    IMPORTED_PRIVILEGES,
    "OWNERSHIP",
    "CREATE STORAGE INTEGRATION",
  ]),
]);

/** A comma-separated list of privileges, or ALL [PRIVILEGES]. */
export function readPrivileges(cursor: Cursor): string[] | "ALL" {
  if (cursor.accept("ALL", "PRIVILEGES") || (cursor.sees("ALL", "ON") && cursor.accept("ALL"))) return "ALL";
  if (cursor.sees("ALL") && cursor.accept("ALL")) return "ALL";
  return cursor.commaSeparated(() => {
    const found = KNOWN_PRIVILEGES.find((words) => cursor.seesPhrase(words));
    if (found === undefined) throw cursor.syntaxError();
    cursor.acceptPhrase(found);
    return found;
  });
}

/** `ROLE r`, `DATABASE ROLE d.r`, `USER u`, or a bare role name. */
export function readGrantee(cursor: Cursor): GranteeName {
  if (cursor.sees("SHARE") && cursor.peek(1)) throw errors.unsupported("GRANT … TO SHARE");
  if (cursor.sees("APPLICATION")) throw errors.unsupported("GRANT … TO APPLICATION");
  if (cursor.accept("DATABASE", "ROLE")) return { kind: "DATABASE_ROLE", name: cursor.name() };
  const next = cursor.peek(1);
  const named = next?.kind === "WORD" || next?.kind === "QUOTED";
  if (named && cursor.accept("ROLE")) return { kind: "ROLE", name: cursor.name() };
  if (named && cursor.accept("USER")) return { kind: "USER", name: cursor.name() };
  return { kind: "ROLE", name: cursor.name() };
}
