import { WholeAccount } from "../commands/whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all(
    "create table sales (day date, n int, what varchar)",
    "insert into sales values ('2020-01-28', 1, 'a'), ('2020-01-28', 2, 'b'), (null, 3, 'c')",
    "create file format piped type = csv field_delimiter = '|' compression = none",
    "create stage st",
  );
});
afterAll(() => account.close());

// Source: "COPY INTO <location>", PARTITION BY, DETAILED_OUTPUT.
test("a file for each value of the partition's expression, NULL apart; each told with size and rows", async () => {
  const files = await account.rows(
    "copy into @st/days/ from sales partition by ('day=' || to_varchar(day)) file_format = (format_name = piped) detailed_output = true",
  );
  const shown = files.map(([path, , rows]) => [String(path).replace(/_[0-9a-f-]{36}_/, "_ID_"), rows]);
  expect(shown).toEqual([
    ["days/day=2020-01-28/data_ID_0_0_0.csv", "2"],
    ["days/__NULL__/data_ID_0_0_0.csv", "1"],
  ]);
  expect(
    await account.rows(
      "select $2, $3, split_part(metadata$filename, '/', 2) from @st/days/ (file_format => 'piped') order by 1",
    ),
  ).toEqual([
    ["1", "a", "day=2020-01-28"],
    ["2", "b", "day=2020-01-28"],
    ["3", "c", "__NULL__"],
  ]);
  expect(await account.error("copy into @st/x/ from sales partition by ('a') overwrite = true")).toMatch(
    /OVERWRITE = TRUE with PARTITION BY/,
  );
});

test("the partition of a JSON and of a Parquet unload is of the columns that are unloaded", async () => {
  await account.all(
    "copy into @st/js/ from (select object_construct('n', n) as v from sales) partition by ('n=' || v:n::varchar) file_format = (type = json)",
    "copy into @st/pq/ from (select n, what from sales) partition by (what) file_format = (type = parquet) header = true",
  );
  const list = (await account.rows("list @st")).map(([name]) =>
    String(name).split("/").slice(1, 3).join("/"),
  );
  expect(list.filter((name) => name.startsWith("js/"))).toEqual(["js/n=1", "js/n=2", "js/n=3"]);
  expect(list.filter((name) => name.startsWith("pq/"))).toEqual(["pq/a", "pq/b", "pq/c"]);
});

test("options beside FORMAT_NAME say what is different here; TYPE is not one of them", async () => {
  await account.all(
    "copy into @st/gz/ from (select 1, 2) file_format = (format_name = piped compression = gzip)",
    "create table two (a int, b int)",
  );
  expect((await account.rows("list @st/gz/"))[0]?.[0]).toMatch(/\.csv\.gz$/);
  await account.all("copy into two from @st/gz/ file_format = (format_name = 'piped' compression = auto)");
  expect(await account.rows("select * from two")).toEqual([["1", "2"]]);
  expect(
    await account.error("copy into two from @st/gz/ file_format = (format_name = piped type = csv)"),
  ).toMatch(/FORMAT_NAME together with TYPE/);
});

// Source: "COPY INTO <location>", external locations; "CREATE STORAGE INTEGRATION".
test("a URL is where the named integration allows it", async () => {
  await account.all(
    "create storage integration int type = external_stage storage_provider = 's3' enabled = true storage_aws_role_arn = 'arn:aws:iam::123456789012:role/r' storage_allowed_locations = ('s3://mine/')",
  );
  const copy = (url: string) => `copy into '${url}' from sales storage_integration = int`;
  expect(await account.error(copy("s3://other/x/"))).toMatch(/^003510: .*not allowed by integration/s);
  // Allowed; this account has no connection to S3.
  expect(await account.error(copy("s3://mine/x/"))).toMatch(/files at s3:\/\/mine\//);
});

// Source: "VALIDATE".
test("VALIDATE tells the errors of the files of a past load, the session's last or the one that is named", async () => {
  await account.all(
    "copy into @st/bad/ from (select 'x', 1 union all select '2', 2) file_format = (type = csv)",
    "copy into two from @st/bad/ on_error = continue",
  );
  const id = await account.one("select last_query_id()");
  await account.all(
    "create table other_ (a int)",
    "copy into other_ from @st/gz/ file_format = (format_name = piped) on_error = continue",
  );
  const asked = `select code, column_name, row_number from table(validate(two, job_id => '${id}'))`;
  expect(await account.rows(asked)).toEqual([["100038", '"TWO"["A":1]', "1"]]);
  expect(await account.error("select * from table(validate(two, job_id => _last))")).toMatch(
    /a load of the table/,
  );
  expect(await account.error("select * from table(validate(two, job_id => 'nothing'))")).toMatch(/^000709/);
});
