/**
 * The law of maintenance: after any changes, the task's statement leaves the table as a full refresh would. Tried on
 * random changes for every shape that is maintained, in DuckDB, which runs these statements as they are; streams are
 * played by tables that hold the difference since the last run.
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { Problems } from "../../../infra/errors.ts";
import { Names, quotedObject } from "../../../infra/names.ts";
import type { Stream, Table } from "../../../infra/platform.ts";
import {
  type CompiledModel,
  type CompiledModels,
  compileModels,
} from "../../../pipelines/models/compile-models.ts";
import type { Relation } from "../../../pipelines/sql/relation.ts";

const names = new Names("test", "");

function relation(logical: string, columns: Record<string, string>, extra: Partial<Relation> = {}): Relation {
  const [database, schema, name] = logical.split(".") as ["raw" | "core", string, string];
  return {
    logical,
    object: names.object({ database, schema, name }),
    columns: new Map(
      Object.entries(columns).map(([column, type]) => [
        column.toUpperCase(),
        { name: column.toUpperCase(), type, nullable: !type.endsWith("!") },
      ]),
    ),
    insertOnly: logical.startsWith("raw."),
    key: [],
    ...extra,
  };
}

const BASE = [
  relation("core.base.sale", {
    id: "NUMBER(38,0)!",
    shop: "NUMBER(38,0)",
    item: "NUMBER(38,0)",
    amount: "NUMBER(38,0)",
  }),
  relation("core.base.shop", { shop: "NUMBER(38,0)", region: "NUMBER(38,0)" }, { key: ["SHOP"] }),
  relation("core.base.region", { region: "NUMBER(38,0)", name: "VARCHAR(10)" }, { key: ["REGION"] }),
  relation("raw.feed.version", {
    id: "NUMBER(38,0)",
    step: "NUMBER(38,0)",
    value: "VARCHAR(10)",
    shop: "NUMBER(38,0)",
  }),
  relation("raw.feed.other", { id: "NUMBER(38,0)", value: "VARCHAR(10)" }),
];

interface Shape {
  kind: "arrivals" | "affected" | "rebuild";
  key: string;
  columns: string;
  sql: string;
  within?: string;
  /** Further models that it reads. */
  more?: Record<string, string>;
}

const header = (shape: Pick<Shape, "key" | "columns"> & { materialized?: string }): string => {
  const columns = shape.columns.split(" ").map((column) => {
    const [name, type = "number"] = column.split(":");
    return `  ${name}: { type: "${type}", description: "${name}" }`;
  });
  return `/*
description: a shape
owner: test
grain: one row for each key
materialized: ${shape.materialized ?? "incremental"}
key: [${shape.key}]
columns:
${columns.join("\n")}
*/
`;
};

const SHAPES: Record<string, Shape> = {
  "groups of one table": {
    kind: "affected",
    key: "shop",
    columns: "shop n total",
    sql: "select s.shop, count(*) as n, sum(s.amount) as total from core.base.sale s where s.shop is not null and s.amount > 2 group by s.shop",
  },
  "groups of a join": {
    kind: "affected",
    key: "region",
    columns: "region total",
    sql: `select p.region, sum(s.amount) as total from core.base.shop p join core.base.sale s on s.shop = p.shop
      where p.region is not null group by p.region`,
  },
  "a chain of left joins": {
    kind: "affected",
    key: "id",
    columns: "id amount region name:varchar",
    sql: `select s.id, max(s.amount) as amount, max(p.region) as region, max(r.name) as name from core.base.sale s
      left join core.base.shop p on p.shop = s.shop left join core.base.region r on r.region = p.region
      where s.id is not null group by s.id`,
  },
  "two equalities, of which one alone can be followed": {
    kind: "affected",
    key: "id, step",
    columns: "id step n",
    sql: `select b.id, b.step, coalesce(t.n, 0) as n
      from (select s.id, s.amount + p.region as step from core.base.sale s join core.base.shop p on p.shop = s.shop) b
      left join (
        select q.id, q.step, count(*) as n
        from (select s.id, s.amount + p.region as step from core.base.sale s join core.base.shop p on p.shop = s.shop) q
        join core.base.region r on r.region = q.step group by q.id, q.step
      ) t on t.id = b.id and t.step = b.step
      where b.id is not null and b.step is not null
      group by b.id, b.step, coalesce(t.n, 0)`,
  },
  "a condition that only an absent row meets": {
    kind: "affected",
    key: "id",
    columns: "id n",
    sql: `select s.id, count(*) as n from core.base.sale s left join core.base.shop p on p.shop = s.shop
      where s.id is not null and p.shop is null group by s.id`,
  },
  "a key from two tables is kept by the part that can be followed": {
    kind: "affected",
    key: "shop, name",
    columns: "shop name:varchar n",
    sql: `select s.shop, coalesce(r.name, '-') as name, count(*) as n from core.base.sale s
      left join core.base.shop p on p.shop = s.shop left join core.base.region r on r.region = p.region
      where s.shop is not null group by s.shop, coalesce(r.name, '-')`,
  },
  "a key column of the other side of an equality": {
    kind: "affected",
    key: "shop, item",
    columns: "shop item n",
    sql: `select p.shop, s.item, count(*) as n from core.base.sale s join core.base.shop p on p.shop = s.shop
      where p.shop is not null and s.item is not null group by p.shop, s.item`,
  },
  "the best row of a key": {
    kind: "affected",
    key: "shop",
    columns: "shop item amount id",
    sql: `select s.shop, s.item, s.amount, s.id from core.base.sale s where s.shop is not null and s.item <> 1
      qualify row_number() over (partition by s.shop order by s.amount desc, s.item, s.id) = 1`,
  },
  "UNION ALL of groups": {
    kind: "affected",
    key: "kind, k",
    columns: "kind:varchar k n",
    sql: `select 'shop' as kind, s.shop as k, count(*) as n from core.base.sale s where s.shop is not null group by s.shop
      union all select 'item' as kind, s.item as k, count(*) as n from core.base.sale s where s.item is not null group by s.item`,
  },
  "UNION without duplicates": {
    kind: "affected",
    key: "k",
    columns: "k",
    sql: "select s.shop as k from core.base.sale s where s.shop is not null union select p.shop as k from core.base.shop p where p.shop is not null",
  },
  DISTINCT: {
    kind: "affected",
    key: "shop, item",
    columns: "shop item",
    sql: "select distinct s.shop, s.item from core.base.sale s where s.shop is not null and s.item is not null",
  },
  "groups of groups, joined": {
    kind: "affected",
    key: "shop",
    columns: "shop biggest region",
    sql: `with items as (select s.shop, s.item, sum(s.amount) as total from core.base.sale s where s.shop is not null group by s.shop, s.item)
      select i.shop, max(i.total) as biggest, max(p.region) as region from items i left join core.base.shop p on p.shop = i.shop group by i.shop`,
  },
  "a joined subquery that aggregates": {
    kind: "affected",
    key: "shop",
    columns: "shop region total",
    sql: `select p.shop, max(p.region) as region, max(t.total) as total from core.base.shop p
      left join (select s.shop, sum(s.amount) as total from core.base.sale s group by s.shop) t on t.shop = p.shop
      where p.shop is not null group by p.shop`,
  },
  "through a view": {
    kind: "affected",
    key: "region",
    columns: "region n",
    sql: "select v.region, count(*) as n from core.base.placed v where v.region is not null group by v.region",
    more: {
      "sql/core/base/placed.sql": `${header({ key: "", columns: "id region", materialized: "view" })}
        select s.id, p.region from core.base.sale s join core.base.shop p on p.shop = s.shop`,
    },
  },
  "the latest of what arrives": {
    kind: "arrivals",
    key: "id",
    columns: "id step value:varchar",
    sql: `select v.id, v.step, v.value from raw.feed.version v where v.id is not null and v.step is not null and v.value is not null
      qualify row_number() over (partition by v.id order by v.step desc, v.value) = 1`,
  },
  "the latest of what arrives, with a lookup that comes late": {
    kind: "arrivals",
    key: "id",
    columns: "id step value:varchar shop region",
    sql: `select v.id, v.step, v.value, v.shop, p.region from raw.feed.version v
      left join core.base.shop p on p.shop = v.shop
      where v.id is not null and v.step is not null and v.value is not null
      qualify row_number() over (partition by v.id order by v.step desc, v.value) = 1`,
  },
  "groups of what arrives": {
    kind: "affected",
    key: "shop",
    columns: "shop n",
    sql: "select v.shop, count(distinct v.id) as n from raw.feed.version v where v.shop is not null group by v.shop",
  },
  "a running total looks across keys and is rebuilt": {
    kind: "rebuild",
    key: "id",
    columns: "id running",
    sql: `select t.id, sum(t.amount) over (order by t.id) as running
      from (select s.id, sum(s.amount) as amount from core.base.sale s where s.id is not null group by s.id) t`,
  },
  "a full join is rebuilt": {
    kind: "rebuild",
    key: "k",
    columns: "k n",
    sql: `select coalesce(s.shop, p.shop, -1) as k, count(*) as n from core.base.sale s
      full join core.base.shop p on p.shop = s.shop group by coalesce(s.shop, p.shop, -1)`,
  },
};

function compileShape(shape: Shape): { compiled: CompiledModel; all: CompiledModels } {
  const problems = new Problems();
  const files = [
    { path: "sql/core/test/shape.sql", text: header(shape) + shape.sql },
    ...Object.entries(shape.more ?? {}).map(([path, text]) => ({ path, text })),
  ];
  const all = compileModels(files, BASE, names, problems);
  problems.throwIfAny();
  return { compiled: all.models.find((one) => one.model.logical === "core.test.shape")!, all };
}

/** An account that is just enough: tables, streams by comparison, one model. */
class Warehouse {
  private readonly connection: DuckDBConnection;
  private readonly streams: readonly Stream[];

  private constructor(connection: DuckDBConnection, streams: readonly Stream[]) {
    this.connection = connection;
    this.streams = streams;
  }

  static async create(compiled: CompiledModel, all: CompiledModels): Promise<Warehouse> {
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    for (const database of ["RAW", "CORE", "OPS"]) await connection.run(`ATTACH ':memory:' AS "${database}"`);
    const schemas = new Set<string>(['"OPS"."PIPELINE"']);
    for (const { object } of BASE) schemas.add(`"${object.database}"."${object.schema}"`);
    for (const table of [...all.tables, ...all.views]) schemas.add(`"${table.database}"."${table.schema}"`);
    for (const schema of schemas) await connection.run(`CREATE SCHEMA ${schema}`);
    const duck = (type: string) => (type.startsWith("NUMBER") ? "BIGINT" : "VARCHAR");
    for (const { object, columns } of BASE)
      await connection.run(
        `CREATE TABLE ${quotedObject(object)} (${[...columns.values()].map((one) => `"${one.name}" ${duck(one.type)}`).join(", ")})`,
      );
    for (const view of all.views)
      await connection.run(`CREATE VIEW ${quotedObject(view)} AS ${view.statement}`);
    for (const table of all.tables) await connection.run(createTable(table, duck));
    const warehouse = new Warehouse(connection, compiled.streams);
    for (const stream of compiled.streams) {
      await connection.run(
        `CREATE TABLE ${quotedObject(stream)} AS SELECT * FROM ${quotedObject(stream.table)}`,
      );
      await connection.run(`CREATE TABLE ${seen(stream)} AS SELECT * FROM ${quotedObject(stream.table)}`);
    }
    return warehouse;
  }

  /** Rows that came or went since the last call stand in each stream. */
  async fillStreams(): Promise<void> {
    for (const stream of this.streams) {
      const [now, before] = [quotedObject(stream.table), seen(stream)];
      await this.connection.run(`DELETE FROM ${quotedObject(stream)}`);
      await this.connection.run(
        `INSERT INTO ${quotedObject(stream)} (SELECT * FROM ${now} EXCEPT ALL SELECT * FROM ${before}) UNION ALL (SELECT * FROM ${before} EXCEPT ALL SELECT * FROM ${now})`,
      );
      await this.connection.run(`DELETE FROM ${before}`);
      await this.connection.run(`INSERT INTO ${before} SELECT * FROM ${now}`);
    }
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  async rows(sql: string): Promise<unknown[]> {
    return (await this.connection.runAndReadAll(sql)).getRowsJson();
  }

  close(): void {
    this.connection.closeSync();
  }
}

const seen = (stream: Stream): string => quotedObject({ ...stream, name: `${stream.name}__SEEN` });
const createTable = (table: Table, duck: (type: string) => string): string =>
  `CREATE TABLE ${quotedObject(table)} (${table.columns.map((one) => `"${one.name}" ${duck(one.type)}${one.nullable ? "" : " NOT NULL"}`).join(", ")})`;

const small = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null, freq: 8 });
const word = fc.constantFrom("'a'", "'b'", "'c'", null);
const change = fc.oneof(
  fc.record({ table: fc.constant("sale"), row: fc.tuple(small, small, small, small), gone: small }),
  fc.record({ table: fc.constant("shop"), row: fc.tuple(small, small), gone: small }),
  fc.record({ table: fc.constant("region"), row: fc.tuple(small, word), gone: small }),
  fc.record({
    table: fc.constant("version"),
    row: fc.tuple(small, small, word, small),
    gone: fc.constant(null),
  }),
);
const rounds = fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });

const KEYED: Record<string, string> = { shop: "SHOP", region: "REGION" };
const FULL: Record<string, string> = {
  sale: '"CORE"."BASE"."SALE"',
  shop: '"CORE"."BASE"."SHOP"',
  region: '"CORE"."BASE"."REGION"',
  version: '"RAW"."FEED"."VERSION"',
};

/** Inserts the row; where `gone` is set, removes rows of that id or key first. Keys stay unique where they are keys. */
function statements(one: {
  table: string;
  row: readonly (number | string | null)[];
  gone: number | null;
}): string[] {
  const table = FULL[one.table]!;
  const column = KEYED[one.table] ?? "ID";
  const literal = (value: number | string | null) => (value === null ? "NULL" : String(value));
  const found: string[] = [];
  if (one.gone !== null) found.push(`DELETE FROM ${table} WHERE "${column}" = ${one.gone}`);
  if (KEYED[one.table] !== undefined && one.row[0] !== null)
    found.push(`DELETE FROM ${table} WHERE "${column}" = ${literal(one.row[0]!)}`);
  found.push(`INSERT INTO ${table} VALUES (${one.row.map(literal).join(", ")})`);
  return found;
}

describe("the task's statement leaves what a full refresh would", () => {
  test.each(Object.entries(SHAPES))("%s", async (_, shape) => {
    const { compiled, all } = compileShape(shape);
    expect(compiled.model.maintenance.kind).toBe(shape.kind);
    const target = quotedObject(compiled.model.name);
    const columns = compiled.model.columns.map((column) => `"${column.name}"`).join(", ");
    await fc.assert(
      fc.asyncProperty(rounds, async (history) => {
        const warehouse = await Warehouse.create(compiled, all);
        try {
          for (const changes of history) {
            for (const sql of changes.flatMap(statements)) await warehouse.run(sql);
            await warehouse.fillStreams();
            await warehouse.run(compiled.statement!);
            const wanted = await warehouse.rows(
              `SELECT ${columns} FROM (${compiled.model.query}) ORDER BY ALL`,
            );
            expect(await warehouse.rows(`SELECT ${columns} FROM ${target} ORDER BY ALL`)).toEqual(wanted);
          }
        } finally {
          warehouse.close();
        }
      }),
      { seed: 20_260_301, numRuns: 15 },
    );
  });
});
