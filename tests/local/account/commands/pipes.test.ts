import { Harness } from "./harness.ts";

const COPY = `COPY INTO "D"."S"."T" ("A") FROM (SELECT $1 FROM @"D"."S"."FILES"/crm/) FILE_FORMAT = (FORMAT_NAME = '"D"."S"."LINES"')`;

async function landing(): Promise<Harness> {
  const account = await Harness.open();
  await account.all(
    "create database d",
    "create schema s",
    "create table t (a varchar)",
    "create storage integration i type = external_stage storage_provider = s3 storage_aws_role_arn = 'arn' enabled = true storage_allowed_locations = ('*')",
    "create stage files url = 's3://bucket/' storage_integration = i",
    "create file format lines type = csv field_delimiter = none",
    `CREATE PIPE "D"."S"."P" AUTO_INGEST = true COMMENT = 'p' AS ${COPY}`,
  );
  return account;
}

describe("pipes", () => {
  test("the definition and the account's queue are read back", async () => {
    const account = await landing();
    expect(await account.one('SHOW PIPES LIKE \'P\' IN SCHEMA "D"."S"')).toMatchObject({
      definition: COPY,
      notification_channel: "arn:aws:sqs:us-east-1:000000000000:firn",
      comment: "p",
      invalid_reason: null,
    });
    expect(await account.run("alter pipe p refresh prefix = 'a/'")).toEqual([
      { File: "a.json", Status: "SENT" },
    ]);
    await account.run("alter pipe p set pipe_execution_paused = true");
    expect(account.services.catalog.listAll("PIPE")[0]?.props.paused).toBe(true);
  });

  test("names in the COPY must exist and be allowed", async () => {
    const account = await landing();
    expect(await account.error("create pipe q as copy into nope from @files")).toMatch(/^002003/);
    expect(await account.error("create pipe q as copy into t from @nope")).toMatch(/^002003.*NOPE/s);
    expect(await account.error("create pipe q as select 1")).toMatch(/must be COPY INTO/);
    expect(await account.error("create pipe q auto_ingest = true as copy into t from @%t")).toMatch(
      /external stage/,
    );
    await account.run("drop table t");
    expect(await account.one("show pipes")).toMatchObject({ invalid_reason: expect.stringMatching(/Table/) });
  });
});
