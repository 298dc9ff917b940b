import { requirePrivilege, resolveObject } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { physicalSequence } from "../storage/storage.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
import {
  changeCatalog,
  createObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome, yesNo } from "./show.ts";

interface SequenceSyntax {
  start?: string;
  increment?: string;
  ordered?: boolean;
  comment?: string;
}

function readClauses(cursor: Cursor): SequenceSyntax {
  const syntax: SequenceSyntax = {};
  while (!cursor.atEnd) {
    const before = cursor.at;
    cursor.accept("WITH");
    if (cursor.accept("START")) {
      cursor.accept("WITH");
      cursor.acceptSymbol("=");
      syntax.start = String(cursor.integer());
    }
    if (cursor.accept("INCREMENT")) {
      cursor.accept("BY");
      cursor.acceptSymbol("=");
      syntax.increment = String(cursor.integer());
      if (syntax.increment === "0") throw errors.invalidValue("0", "INCREMENT");
    }
    if (cursor.accept("ORDER")) syntax.ordered = true;
    if (cursor.accept("NOORDER")) syntax.ordered = false;
    const { COMMENT } = readProperties(cursor, { COMMENT: text });
    if (COMMENT !== undefined) syntax.comment = COMMENT;
    cursor.acceptSymbol(",");
    if (cursor.at === before) throw cursor.syntaxError();
  }
  return syntax;
}

const createSql = (id: number, start: string, increment: string): string =>
  `CREATE OR REPLACE SEQUENCE ${physicalSequence(id)} INCREMENT BY ${increment} MINVALUE -9223372036854775807 MAXVALUE 9223372036854775807 START WITH ${start}`;

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  // A clone goes on where the original is. Source: "CREATE <object> … CLONE".
  const original = cursor.accept("CLONE") ? resolveObject(ctx, "SEQUENCE", cursor.name()) : null;
  if (original) requirePrivilege(ctx, "USAGE", original);
  const syntax: SequenceSyntax = original
    ? {
        start: String(await nextValue(ctx, original)),
        increment: original.props.increment,
        ordered: original.props.ordered,
        ...(original.comment === null ? {} : { comment: original.comment }),
      }
    : readClauses(cursor);
  cursor.expectEnd();
  const start = syntax.start ?? "1";
  const increment = syntax.increment ?? "1";
  const { outcome } = await createObject(ctx, {
    kind: "SEQUENCE",
    head,
    name,
    build: () => ({
      props: { start, increment, ordered: syntax.ordered ?? false },
      comment: syntax.comment ?? null,
    }),
    after: async (change, sequence) => {
      await change.connection.run(createSql(sequence.id, start, increment));
    },
  });
  return outcome;
}

async function nextValue(ctx: StatementContext, sequence: CatalogObject<"SEQUENCE">): Promise<bigint> {
  const connection = await ctx.services.storage.connect();
  try {
    const reader = await connection.runAndReadAll(
      `SELECT last_value FROM duckdb_sequences() WHERE schema_name = 'data' AND sequence_name = 's${sequence.id}'`,
    );
    const last = reader.getRows()[0]?.[0];
    return last === null || last === undefined
      ? BigInt(sequence.props.start)
      : BigInt(String(last)) + BigInt(sequence.props.increment);
  } finally {
    connection.closeSync();
  }
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const sequence = findExisting(ctx, "SEQUENCE", parts, ifExists);
  if (!sequence) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, sequence);
  if (done) return done;
  cursor.accept("SET");
  const syntax = readClauses(cursor);
  if (Object.keys(syntax).length === 0 || syntax.start !== undefined) throw cursor.syntaxError();
  requirePrivilege(ctx, "OWNERSHIP", sequence);
  const next = await nextValue(ctx, sequence);
  await changeCatalog(ctx, async (change) => {
    const increment = syntax.increment ?? sequence.props.increment;
    if (syntax.increment !== undefined)
      await change.connection.run(createSql(sequence.id, String(next), increment));
    const changed = updateProps(change, sequence, {
      increment,
      ordered: syntax.ordered ?? sequence.props.ordered,
      ...(syntax.increment === undefined ? {} : { start: String(next) }),
    });
    if (syntax.comment !== undefined) change.update(changed, { comment: syntax.comment });
  });
  return statusOutcome(EXECUTED);
}

const COLUMNS: ShowColumns = [
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["next_value", "number"],
  ["interval", "number"],
  ["created_on", "time"],
  ["owner", "text"],
  ["comment", "text"],
  ["owner_role_type", "text"],
  ["ordered", "text"],
];

const row = async (ctx: StatementContext, sequence: CatalogObject<"SEQUENCE">): Promise<ShowRow> => ({
  next_value: await nextValue(ctx, sequence),
  interval: BigInt(sequence.props.increment),
  ordered: yesNo(sequence.props.ordered),
});

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const sequence = resolveObject(ctx, "SEQUENCE", cursor.name());
  cursor.expectEnd();
  const shown = { ...commonRow(ctx, sequence), ...(await row(ctx, sequence)) };
  return showOutcome(COLUMNS, [shown], undefined, "name", "DESCRIBE");
}

const test = "tests/local/account/commands/small-objects.test.ts";
export const sequenceCommands: CommandDef[] = [
  command("CREATE", "SEQUENCE", create, { source: "CREATE SEQUENCE", test }),
  command("ALTER", "SEQUENCE", alter, { source: "ALTER SEQUENCE", test }),
  dropCommand("SEQUENCE", { source: "DROP SEQUENCE", test }),
  command("DESCRIBE", "SEQUENCE", describe, { source: "DESCRIBE SEQUENCE", test }),
  showCommand("SEQUENCE", COLUMNS, row, { source: "SHOW SEQUENCES", test }),
];
