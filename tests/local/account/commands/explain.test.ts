import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all(
    "create table z1 (id int, v varchar)",
    "create table z2 (id int)",
    "insert into z1 values (1, 'a'), (2, 'b')",
    "create view vz as select id from z1 where id > 0",
    "create secure view hidden as select id from z1",
  );
});
afterAll(() => account.close());

const plan = async (query: string) =>
  (await account.rows(`explain ${query}`)).slice(1).map((row) => [row[2], row[3], row[4], row[6]]);

// Source: "EXPLAIN".
test("operators stand as the query is written, each under its parent; a scan tells the columns it reads", async () => {
  expect(
    await plan(
      "select vz.id, count(*) from vz join z2 on vz.id = z2.id where z2.id < 9 group by vz.id having count(*) > 1 order by 2 limit 3",
    ),
  ).toEqual([
    [null, "Result", null, "vz.id, count(*)"],
    ["[0]", "SortWithLimit", null, "sortKey: [2], rowCount: 3"],
    ["[1]", "Filter", null, "count(*) > 1"],
    ["[2]", "Aggregate", null, "aggExprs: [count(*), count(*)], groupKeys: [vz.id]"],
    ["[3]", "Filter", null, "z2.id < 9"],
    ["[4]", "InnerJoin", null, "joinKey: (vz.id = z2.id)"],
    ["[5]", "Filter", null, "id > 0"],
    ["[6]", "TableScan", "D.S.Z1", "ID"],
    ["[5]", "TableScan", "D.S.Z2", "ID"],
  ]);
});

test("common table expressions, set operations, windows, values and table functions", async () => {
  expect(
    await plan(
      "with c as (select * from z1) select max(id) over () from c union all select value from table(flatten([1])) union all select * from values (1)",
    ),
  ).toEqual([
    [null, "Result", null, "max(id) over ()"],
    ["[0]", "UnionAll", null, null],
    ["[1]", "UnionAll", null, null],
    ["[2]", "WindowFunction", null, "max(id) over ()"],
    ["[3]", "TableScan", "D.S.Z1", "ID, V"],
    ["[2]", "Flatten", null, "flatten([1])"],
    ["[1]", "ValuesClause", null, "1 rows"],
  ]);
});

test("a secure view's query is not told", async () => {
  expect(await plan("select id from hidden")).toEqual([
    [null, "Result", null, "id"],
    ["[0]", "TableScan", "D.S.HIDDEN", "ID"],
  ]);
});

test("figures: a table is one partition, none where it is empty", async () => {
  const [total, , filled, empty] = await account
    .rows("explain select z1.id from z1 cross join z2")
    .then((rows) => [rows[0], rows[1], rows[3], rows[4]].map((row) => row!.slice(7)));
  expect([total, filled, empty]).toEqual([
    ["1", "1", "16"],
    ["1", "1", "16"],
    ["0", "0", "0"],
  ]);
});

test("as JSON and as text", async () => {
  expect(JSON.parse(String(await account.one("explain using json select id from z1")))).toEqual({
    GlobalStats: { partitionsTotal: 1, partitionsAssigned: 1, bytesAssigned: 16 },
    Operations: [
      [
        { id: 0, operation: "Result", expressions: ["id"] },
        {
          id: 1,
          parentOperators: [0],
          operation: "TableScan",
          objects: ["D.S.Z1"],
          expressions: ["ID"],
          partitionsTotal: 1,
          partitionsAssigned: 1,
          bytesAssigned: 16,
        },
      ],
    ],
  });
  expect(
    String(await account.one("explain using text select id from z1"))
      .split("\n")
      .slice(5, 7),
  ).toEqual([
    "1:0     ->Result  id",
    "1:1          ->TableScan  D.S.Z1  ID  {partitionsTotal=1, partitionsAssigned=1, bytesAssigned=16}",
  ]);
});

test("mistakes are told as for running the query; what is no query is refused by name", async () => {
  expect(await account.error("explain select nope from z1")).toMatch(/^000904: .*line 1 at position 15/s);
  expect(await account.error("explain insert into z2 values (1)")).toMatch(
    /Unsupported feature 'EXPLAIN INSERT'/,
  );
});
