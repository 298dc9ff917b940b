import { printIdentifier, requirePrivilege, resolveObject } from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import type { CatalogObject, ColumnDef, ConstraintDef, TableProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { mappedType } from "../session/timestamp-type.ts";
import { type DataType, printDataType } from "../types/data-type.ts";
import { parseDataType } from "../types/parse-data-type.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { swapWith } from "./databases.ts";
import { tokenize } from "./lexer.ts";
import { changeCatalog, EXECUTED, findExisting, readExistingName, updateProps } from "./objects.ts";
import { overlayParameters, splitParameters, withoutParameters } from "./parameter-sets.ts";
import {
  addPhysicalColumn,
  type Constant,
  countRows,
  dropPhysicalColumn,
  hasNulls,
  renamePhysicalColumn,
  retypePhysicalColumn,
} from "./physical.ts";
import { readKeys, readProperties } from "./properties.ts";
import { type CommandDef, command } from "./registry.ts";
import { readTypeText } from "./signature.ts";
import {
  readClusterBy,
  readColumn,
  readConstraintProperties,
  readExpressionText,
  readOutOfLineConstraint,
} from "./table-grammar.ts";
import {
  readRowAccess,
  resolveConstraints,
  resolveMasking,
  resolveRowAccess,
  TABLE_PROPERTIES,
} from "./tables.ts";
import { readTagValues, setTags, unsetTags } from "./tag-values.ts";

type Table = CatalogObject<"TABLE">;
/** Lays one action on the table as this change leaves it so far. */
type Action = (change: Change, table: Table) => Promise<Table> | Table;

/** Holds the table's write lock while its shape changes, so that no writer sees half of it. */
async function withTableLock<T>(ctx: StatementContext, tableId: number, work: () => Promise<T>): Promise<T> {
  const holder = Symbol("alter table");
  const version = await ctx.services.versions.lock(tableId, holder, 43_200_000);
  try {
    return await work();
  } finally {
    ctx.services.versions.release(holder, new Map([[tableId, version]]), false);
  }
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const table = findExisting(ctx, "TABLE", parts, ifExists);
  if (!table) return statusOutcome(EXECUTED);
  if (cursor.accept("SWAP", "WITH")) {
    const other = resolveObject(ctx, "TABLE", cursor.name());
    cursor.expectEnd();
    return swapWith(ctx, table, other);
  }
  if (!isColumnRename(cursor)) {
    const done = await alterCommon(ctx, cursor, table);
    if (done) return done;
  }
  const actions = readActions(ctx, cursor, table);
  cursor.expectEnd();
  requirePrivilege(ctx, "OWNERSHIP", table);
  await withTableLock(ctx, table.id, () =>
    changeCatalog(ctx, async (change) => {
      let current = change.latest(table);
      for (const action of actions) current = await action(change, current);
    }),
  );
  return statusOutcome(EXECUTED);
}

const isColumnRename = (cursor: Cursor) => cursor.sees("RENAME", "COLUMN");

const setProps =
  (props: (table: Table) => Partial<TableProps>): Action =>
  (change, table) =>
    updateProps(change, table, props(table));

function readActions(ctx: StatementContext, cursor: Cursor, table: Table): Action[] {
  if (cursor.accept("SET")) return readSet(cursor);
  if (cursor.accept("UNSET")) return readUnset(cursor);
  const clusterBy = readClusterBy(cursor);
  if (clusterBy) return [setProps(() => ({ clusterBy }))];
  if (cursor.accept("SUSPEND", "RECLUSTER") || cursor.accept("RESUME", "RECLUSTER")) return [];
  if (cursor.accept("RENAME", "COLUMN")) {
    const from = cursor.identifier();
    cursor.expect("TO");
    return [renameColumn(from, cursor.identifier())];
  }
  if (cursor.accept("RENAME", "CONSTRAINT")) {
    const from = cursor.identifier();
    cursor.expect("TO");
    const to = cursor.identifier();
    return [changeConstraint(from, () => ({ name: to }))];
  }
  if (cursor.accept("ADD")) return readAdd(ctx, cursor);
  if (cursor.accept("DROP")) return readDrop(ctx, cursor, table);
  if (cursor.accept("ALTER") || cursor.accept("MODIFY")) return readAlterColumns(ctx, cursor);
  throw cursor.syntaxError();
}

function readSet(cursor: Cursor): Action[] {
  const values = readProperties(cursor, TABLE_PROPERTIES);
  if (Object.keys(values).length === 0) throw cursor.syntaxError();
  const { parameters } = splitParameters("TABLE", values);
  const days = parameters["DATA_RETENTION_TIME_IN_DAYS"];
  return [
    (change, table) => {
      if (days !== undefined && Number(days) > 1 && table.props.tableKind !== "PERMANENT")
        throw errors.invalidValue(String(days), "DATA_RETENTION_TIME_IN_DAYS");
      const changed = updateProps(change, table, {
        parameters: overlayParameters(table.props.parameters, parameters),
        changeTracking: values.CHANGE_TRACKING ?? table.props.changeTracking,
        enableSchemaEvolution: values.ENABLE_SCHEMA_EVOLUTION ?? table.props.enableSchemaEvolution,
      });
      return values.COMMENT === undefined ? changed : change.update(changed, { comment: values.COMMENT });
    },
  ];
}

function readUnset(cursor: Cursor): Action[] {
  const keys = readKeys(cursor, Object.keys(TABLE_PROPERTIES));
  return [
    (change, table) => {
      const changed = updateProps(change, table, {
        parameters: withoutParameters(table.props.parameters, keys),
        changeTracking: keys.includes("CHANGE_TRACKING") ? false : table.props.changeTracking,
        enableSchemaEvolution: keys.includes("ENABLE_SCHEMA_EVOLUTION")
          ? false
          : table.props.enableSchemaEvolution,
      });
      return keys.includes("COMMENT") ? change.update(changed, { comment: null }) : changed;
    },
  ];
}

/** Changes the constraint of that name. */
const changeConstraint =
  (name: string, change: () => Partial<ConstraintDef>): Action =>
  (catalog, table) => {
    if (!table.props.constraints.some((one) => one.name === name))
      throw errors.compilation(
        "002043",
        "02000",
        "Constraint does not exist, or operation cannot be performed.",
      );
    return updateProps(catalog, table, {
      constraints: table.props.constraints.map((one) => (one.name === name ? { ...one, ...change() } : one)),
    });
  };

const columnOf = (table: Table, name: string): ColumnDef => {
  const column = table.props.columns.find((c) => c.name === name);
  if (!column) throw errors.invalidIdentifier(printIdentifier(name));
  return column;
};

function renameColumn(from: string, to: string): Action {
  return async (change, table) => {
    const column = columnOf(table, from);
    if (table.props.columns.some((c) => c.name === to))
      throw errors.compilation("002028", "42601", `ambiguous column name '${to}'`);
    await renamePhysicalColumn(change.connection, table.id, column, to);
    const renamed = (name: string) => (name === from ? to : name);
    return updateProps(change, table, {
      columns: table.props.columns.map((c) => ({
        ...c,
        name: renamed(c.name),
        ...(c.maskingPolicyColumns ? { maskingPolicyColumns: c.maskingPolicyColumns.map(renamed) } : {}),
      })),
      constraints: table.props.constraints.map((c) => ({ ...c, columns: c.columns.map(renamed) })),
      clusterBy: table.props.clusterBy.map((expression) =>
        expression.toUpperCase() === from ? to : expression,
      ),
      ...(table.props.rowAccessPolicy
        ? {
            rowAccessPolicy: {
              ...table.props.rowAccessPolicy,
              columns: table.props.rowAccessPolicy.columns.map(renamed),
            },
          }
        : {}),
    });
  };
}

/** A constant default as it fills rows that are there already; anything else is refused, as Snowflake does. */
function constantOf(sql: string): Constant {
  const tokens = tokenize(sql);
  const [first, second] = tokens;
  if (tokens.length === 1 && first) {
    if (first.kind === "STRING" || first.kind === "DOLLAR_STRING") return { text: first.value };
    if (first.kind === "NUMBER") return { sql: first.image };
    if (first.kind === "WORD" && first.value === "NULL") return null;
    if (first.kind === "WORD" && (first.value === "TRUE" || first.value === "FALSE"))
      return { sql: first.value };
  }
  if (tokens.length === 2 && first?.image === "-" && second?.kind === "NUMBER")
    return { sql: `-${second.image}` };
  throw errors.compilation(
    "002086",
    "42601",
    `Default value expression [${sql}] is not a constant: a column with it cannot be added to a table.`,
  );
}

function readAdd(ctx: StatementContext, cursor: Cursor): Action[] {
  const rowAccess = readRowAccess(cursor);
  if (rowAccess)
    return [
      (change, table) => {
        if (table.props.rowAccessPolicy)
          throw errors.compilation(
            "003544",
            "42601",
            `Object ${table.name} already has a ROW_ACCESS_POLICY. Only one ROW_ACCESS_POLICY is allowed at a time.`,
          );
        return updateProps(change, table, {
          rowAccessPolicy: resolveRowAccess(ctx, rowAccess, table.props.columns),
        });
      },
    ];
  if (cursor.sees("SEARCH", "OPTIMIZATION")) throw errors.unsupported("SEARCH OPTIMIZATION");
  const constraint = readOutOfLineConstraint(cursor);
  if (constraint)
    return [
      (change, table) => {
        const made = resolveConstraints(
          ctx,
          [constraint],
          table.props.columns.map((c) => c.name),
          table.props.constraints,
        );
        const keys = new Set(made.filter((c) => c.kind === "PRIMARY KEY").flatMap((c) => c.columns));
        return updateProps(change, table, {
          constraints: [...table.props.constraints, ...made],
          columns: table.props.columns.map((c) => (keys.has(c.name) ? { ...c, nullable: false } : c)),
        });
      },
    ];
  cursor.accept("COLUMN");
  const ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
  const parenthesised = cursor.acceptSymbol("(");
  const columns = cursor.commaSeparated(() => {
    cursor.accept("COLUMN");
    return readColumn(cursor, true);
  });
  if (parenthesised) cursor.expectSymbol(")");
  return columns.map(
    (syntax): Action =>
      async (change, table) => {
        if (table.props.columns.some((c) => c.name === syntax.def.name)) {
          if (ifNotExists) return table;
          throw errors.compilation("001430", "42601", `column '${syntax.def.name}' already exists`);
        }
        const constant = syntax.def.defaultSql === null ? null : constantOf(syntax.def.defaultSql);
        if (!syntax.def.nullable && constant === null && !syntax.def.autoincrement)
          if ((await countRows(change.connection, table.id)) > 0)
            throw errors.compilation(
              "002139",
              "42601",
              `Non-nullable column '${syntax.def.name}' cannot be added to non-empty table '${table.name}' unless it has a non-null default value.`,
            );
        const column: ColumnDef = {
          ...syntax.def,
          type: mappedType(ctx.services.catalog, ctx.session, syntax.def.type),
          ...(syntax.maskingPolicy ? resolveMasking(ctx, syntax.maskingPolicy, syntax.def.name) : {}),
        };
        await addPhysicalColumn(change.connection, table.id, column, constant);
        setTags(ctx, change, table, syntax.tags, column.name);
        const columns = [...table.props.columns, column];
        const constraints = resolveConstraints(
          ctx,
          syntax.constraints,
          columns.map((c) => c.name),
          table.props.constraints,
        );
        return updateProps(change, table, {
          columns,
          constraints: [...table.props.constraints, ...constraints],
        });
      },
  );
}

function readDrop(ctx: StatementContext, cursor: Cursor, table: Table): Action[] {
  if (cursor.accept("CLUSTERING", "KEY")) return [setProps(() => ({ clusterBy: [] }))];
  if (cursor.accept("ALL", "ROW", "ACCESS", "POLICIES"))
    return [setProps(() => ({ rowAccessPolicy: undefined }))];
  if (cursor.accept("ROW", "ACCESS", "POLICY")) {
    const policy = resolveObject(ctx, "ROW_ACCESS_POLICY", cursor.name());
    const dropped: Action = (change, current) => {
      if (current.props.rowAccessPolicy?.policyId !== policy.id)
        throw errors.doesNotExistOrCannotOperate("Row access policy", policy.name);
      return updateProps(change, current, { rowAccessPolicy: undefined });
    };
    if (cursor.acceptSymbol(",")) {
      cursor.expect("ADD");
      return [dropped, ...readAdd(ctx, cursor)];
    }
    return [dropped];
  }
  if (cursor.accept("PRIMARY", "KEY")) {
    cursor.acceptOneOf("CASCADE", "RESTRICT");
    return [dropConstraint((c) => c.kind === "PRIMARY KEY")];
  }
  if (cursor.sees("UNIQUE") || cursor.sees("FOREIGN", "KEY")) {
    const kind = cursor.accept("UNIQUE") ? "UNIQUE" : "FOREIGN KEY";
    if (kind === "FOREIGN KEY") cursor.expect("FOREIGN", "KEY");
    const columns = cursor.parenthesized(() => cursor.identifier());
    cursor.acceptOneOf("CASCADE", "RESTRICT");
    return [dropConstraint((c) => c.kind === kind && c.columns.join() === columns.join())];
  }
  if (cursor.accept("CONSTRAINT")) {
    const name = cursor.identifier();
    cursor.acceptOneOf("CASCADE", "RESTRICT");
    return [dropConstraint((c) => c.name === name)];
  }
  cursor.accept("COLUMN");
  const ifExists = cursor.accept("IF", "EXISTS");
  const names = cursor.commaSeparated(() => {
    cursor.accept("COLUMN");
    return cursor.identifier();
  });
  void table;
  return names.map(
    (name): Action =>
      async (change, current) => {
        if (ifExists && !current.props.columns.some((c) => c.name === name)) return current;
        columnOf(current, name);
        if (current.props.columns.length === 1)
          throw errors.compilation("002141", "42601", `cannot drop the only column '${name}' of the table`);
        if (current.props.clusterBy.some((e) => tokenize(e).some((t) => t.value === name)))
          throw errors.compilation("002142", "42601", `cannot drop clustering key column '${name}'`);
        if (current.props.rowAccessPolicy?.columns.includes(name))
          throw errors.compilation("003545", "42601", `Column '${name}' is used by a row access policy.`);
        await dropPhysicalColumn(change.connection, current.id, name);
        return updateProps(change, current, {
          columns: current.props.columns.filter((c) => c.name !== name),
          constraints: current.props.constraints.filter((c) => !c.columns.includes(name)),
        });
      },
  );
}

function dropConstraint(matches: (constraint: TableProps["constraints"][number]) => boolean): Action {
  return (change, table) => {
    if (!table.props.constraints.some(matches))
      throw errors.compilation(
        "002043",
        "02000",
        "Constraint does not exist, or operation cannot be performed.",
      );
    return updateProps(change, table, { constraints: table.props.constraints.filter((c) => !matches(c)) });
  };
}

/** `ALTER [COLUMN] c <action> [, [COLUMN] d <action>]`, in parentheses or not. */
function readAlterColumns(ctx: StatementContext, cursor: Cursor): Action[] {
  if (cursor.accept("CONSTRAINT")) {
    const name = cursor.identifier();
    const properties = readConstraintProperties(cursor);
    return [changeConstraint(name, () => properties)];
  }
  const parenthesised = cursor.acceptSymbol("(");
  const actions = cursor.commaSeparated(() => {
    cursor.accept("COLUMN");
    return readColumnAction(ctx, cursor, cursor.identifier());
  });
  if (parenthesised) cursor.expectSymbol(")");
  return actions;
}

const setColumn =
  (name: string, next: (column: ColumnDef, table: Table) => ColumnDef): Action =>
  (change, table) => {
    const before = columnOf(table, name);
    const after = next(before, table);
    return updateProps(change, table, {
      columns: table.props.columns.map((c) => (c === before ? after : c)),
    });
  };

function readColumnAction(ctx: StatementContext, cursor: Cursor, name: string): Action {
  if (cursor.accept("DROP", "DEFAULT")) return setColumn(name, (c) => ({ ...c, defaultSql: null }));
  if (cursor.accept("DROP", "NOT", "NULL"))
    return setColumn(name, (c, table) => {
      if (table.props.constraints.some((k) => k.kind === "PRIMARY KEY" && k.columns.includes(name)))
        throw errors.compilation(
          "002143",
          "42601",
          `Column '${name}' is part of the primary key and cannot be nullable.`,
        );
      return { ...c, nullable: true };
    });
  if (cursor.accept("SET", "NOT", "NULL"))
    return async (change, table) => {
      columnOf(table, name);
      if (await hasNulls(change.connection, table.id, name))
        throw errors.compilation(
          "002144",
          "42601",
          `Column '${name}' contains null values. Not null constraint cannot be added.`,
        );
      return updateProps(change, table, {
        columns: table.props.columns.map((c) => (c.name === name ? { ...c, nullable: false } : c)),
      });
    };
  if (cursor.accept("SET", "DEFAULT")) {
    const sql = readExpressionText(cursor, []);
    return setColumn(name, (c) => ({ ...c, defaultSql: sql }));
  }
  if (cursor.accept("SET", "MASKING", "POLICY")) {
    const policy = cursor.name();
    const using = cursor.accept("USING") ? cursor.parenthesized(() => cursor.identifier()) : [];
    const force = cursor.accept("FORCE");
    return setColumn(name, (c) => {
      if (c.maskingPolicyId !== undefined && !force)
        throw errors.compilation(
          "003545",
          "42601",
          `Specified column already attached to another masking policy. A column cannot be attached to multiple masking policies. Please drop the current association in order to attach a new masking policy.`,
        );
      return { ...c, ...resolveMasking(ctx, { name: policy, using }, name) };
    });
  }
  if (cursor.accept("UNSET", "MASKING", "POLICY"))
    return setColumn(name, ({ maskingPolicyId: _, maskingPolicyColumns: __, ...rest }) => rest);
  if (cursor.accept("SET", "TAG")) {
    const tags = readTagValues(cursor);
    return (change, table) => {
      columnOf(table, name);
      setTags(ctx, change, table, tags, name);
      return table;
    };
  }
  if (cursor.accept("UNSET", "TAG")) {
    const names = cursor.commaSeparated(() => cursor.name());
    return (change, table) => {
      unsetTags(ctx, change, table, names, name);
      return table;
    };
  }
  if (cursor.accept("UNSET", "COMMENT")) return setColumn(name, (c) => ({ ...c, comment: null }));
  if (cursor.accept("COMMENT")) {
    cursor.acceptSymbol("=");
    const comment = cursor.string();
    return setColumn(name, (c) => ({ ...c, comment }));
  }
  cursor.accept("SET", "DATA", "TYPE");
  cursor.accept("TYPE");
  const type = mappedType(ctx.services.catalog, ctx.session, parseDataType(readTypeText(cursor)));
  const collation = cursor.accept("COLLATE") ? cursor.string() : undefined;
  return async (change, table) => {
    const before = columnOf(table, name);
    // Source: "Collation support": a column's collation stays what it is.
    if (collation !== undefined && collation !== (before.collation ?? ""))
      throw errors.unsupported("a change of a column's collation");
    checkTypeChange(before, type);
    const after = { ...before, type };
    await retypePhysicalColumn(change.connection, table.id, before, after);
    return updateProps(change, table, {
      columns: table.props.columns.map((c) => (c === before ? after : c)),
    });
  };
}

/** Source: "ALTER TABLE … ALTER COLUMN": longer text, more digits; nothing else. */
function checkTypeChange(column: ColumnDef, to: DataType): void {
  const from = column.type;
  const allowed =
    printDataType(from) === printDataType(to) ||
    (from.kind === "VARCHAR" && to.kind === "VARCHAR" && to.length >= from.length) ||
    (from.kind === "NUMBER" &&
      to.kind === "NUMBER" &&
      to.scale === from.scale &&
      to.precision >= from.precision);
  if (!allowed)
    throw errors.compilation(
      "002108",
      "22000",
      `cannot change column ${column.name} from type ${printDataType(from)} to ${printDataType(to)}`,
    );
}

export const alterTableCommands: CommandDef[] = [
  command("ALTER", "TABLE", alter, {
    source: "ALTER TABLE; ALTER TABLE … ALTER COLUMN",
    test: "tests/local/account/commands/tables.test.ts",
    note: "No search optimization; precision cannot be reduced.",
  }),
];
