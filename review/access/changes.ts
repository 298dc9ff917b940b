import type { Platform } from "../../infra/platform.ts";
import { type EffectiveAccess, effectiveAccess, type Path } from "./effective.ts";

/** Columns of one object whose sight changes for a principal. */
export interface ColumnChange {
  name: string;
  change: "now readable" | "now readable, masked" | "now unmasked" | "now masked" | "no longer readable";
  pii?: string;
}

/** What one principal gains or loses on one thing. */
export interface AccessChange {
  principal: string;
  principalKind: EffectiveAccess["principalKind"];
  object: string;
  objectKind: string;
  gained: string[];
  lost: string[];
  columns: ColumnChange[];
  /** Rows that it sees from now on and did not before, and the other way; by the values of a row access policy. */
  rows?: { was: string; is: string };
  /** The way by which it is gained: roles, then the grant. */
  via?: Path;
  /** Personal columns that can be read in clear from now on. */
  newPersonal: string[];
  /** The principal is one of the platform's own roles, as which it loads, transforms, alerts and sends back. */
  automation: boolean;
  /** The thing itself is new or gone, rather than the right to it. */
  because: "grant" | "new object" | "dropped object";
}

/** Who gains or loses what. New ways to personal data come first, then gains, then losses. */
export function compareAccess(base: Platform, head: Platform): AccessChange[] {
  const before = index(effectiveAccess(base));
  const after = index(effectiveAccess(head));
  const inBase = objectsOf(base);
  const inHead = objectsOf(head);
  const own = new Set([...ownRoles(base), ...ownRoles(head)]);
  const changes: AccessChange[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(id);
    const is = after.get(id);
    const shown = is ?? was;
    if (!shown) continue;
    const gained = missing(is, was);
    const lost = missing(was, is);
    const columns = columnChanges(was, is);
    const rows = rowChange(was, is);
    if (gained.length + lost.length + columns.length === 0 && !rows) continue;
    const first = gained[0];
    changes.push({
      principal: shown.principal,
      principalKind: shown.principalKind,
      object: shown.object,
      objectKind: shown.objectKind,
      gained,
      lost,
      columns,
      ...(rows ? { rows } : {}),
      via:
        (first !== undefined ? is?.privileges[first] : undefined) ?? Object.values(is?.privileges ?? {})[0],
      newPersonal: columns
        .filter(
          (column) => column.pii && (column.change === "now readable" || column.change === "now unmasked"),
        )
        .map((column) => column.name),
      automation: own.has(shown.principal),
      because:
        !inBase.has(place(shown)) && !inHead.has(place(shown))
          ? "grant"
          : !inBase.has(place(shown))
            ? "new object"
            : !inHead.has(place(shown))
              ? "dropped object"
              : "grant",
    });
  }
  return changes.sort(
    (left, right) =>
      rank(left) - rank(right) ||
      compare(left.principal, right.principal) ||
      compare(left.object, right.object),
  );
}

/** Which rows it sees, where it may read before and after. */
function rowChange(was: EffectiveAccess | undefined, is: EffectiveAccess | undefined): AccessChange["rows"] {
  if (!was || !is || Object.keys(was.columns).length === 0 || Object.keys(is.columns).length === 0)
    return undefined;
  const [before, after] = [rowWords(was.rows), rowWords(is.rows)];
  return before === after ? undefined : { was: before, is: after };
}

const rowWords = (rows: string[] | undefined): string =>
  rows === undefined ? "all rows" : rows.length === 0 ? "no rows" : `rows of ${rows.join(", ")}`;

function columnChanges(was: EffectiveAccess | undefined, is: EffectiveAccess | undefined): ColumnChange[] {
  const changes: ColumnChange[] = [];
  for (const name of new Set([...Object.keys(was?.columns ?? {}), ...Object.keys(is?.columns ?? {})])) {
    const from = was?.columns[name];
    const to = is?.columns[name];
    const pii = to?.pii ?? from?.pii;
    const change = kindOf(from?.sight, to?.sight);
    // A column that comes or goes in a table that one reads anyway is a matter of meaning, unless it is personal.
    if (was && is && (!from || !to) && pii === undefined) continue;
    if (change) changes.push(pii === undefined ? { name, change } : { name, change, pii });
  }
  return changes;
}

function kindOf(
  from: "clear" | "masked" | undefined,
  to: "clear" | "masked" | undefined,
): ColumnChange["change"] | undefined {
  if (from === to) return undefined;
  if (to === undefined) return "no longer readable";
  if (from === undefined) return to === "clear" ? "now readable" : "now readable, masked";
  return to === "clear" ? "now unmasked" : "now masked";
}

const missing = (has: EffectiveAccess | undefined, other: EffectiveAccess | undefined): string[] =>
  Object.keys(has?.privileges ?? {})
    .filter((privilege) => other?.privileges[privilege] === undefined)
    .sort();

const index = (access: EffectiveAccess[]): Map<string, EffectiveAccess> =>
  new Map(access.map((each) => [`${each.principalKind} ${each.principal} ${each.object}`, each]));

/** Roles that make and run the platform: what they may do follows from what is declared. */
const ownRoles = ({ automation }: Platform): string[] =>
  (["loader", "transformer", "alerter", "activator"] as const).map((key) => automation[key]);

/** Kinds that come and go with what is declared, rather than with a grant. */
const DECLARED = { table: "tables", view: "views", pipe: "pipes", stream: "streams", task: "tasks" } as const;

function objectsOf(platform: Platform): Set<string> {
  return new Set([
    ...Object.entries(DECLARED).flatMap(([kind, list]) =>
      platform[list].map((object) => `${kind} ${object.database}.${object.schema}.${object.name}`),
    ),
    ...platform.schemas.map(({ database, schema }) => `schema ${database}.${schema}`),
  ]);
}

/** What has to be declared for it: itself, or the schema that future objects are of. */
const place = ({ object, objectKind }: EffectiveAccess): string =>
  objectKind.startsWith("future ") ? `schema ${object.split(" in ").at(-1)}` : object;

const rank = (change: AccessChange): number => {
  if (change.newPersonal.length > 0) return 0;
  if (change.principalKind === "public" && change.gained.length > 0) return 1;
  if (change.rows?.is === "all rows") return 1;
  if (change.gained.length > 0 || change.columns.some((column) => column.change.startsWith("now"))) return 2;
  return 3;
};

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
