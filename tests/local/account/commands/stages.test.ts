import { Harness } from "./harness.ts";

async function landing(): Promise<Harness> {
  const account = await Harness.open();
  await account.all(
    "create database raw",
    "create schema landing",
    `CREATE STORAGE INTEGRATION "S3" TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::123456789012:role/r'
       ENABLED = true STORAGE_ALLOWED_LOCATIONS = ('s3://bucket/', 's3://other/') COMMENT = 'c'`,
  );
  return account;
}

const property = async (account: Harness, text: string, name: string) =>
  (await account.run(text)).find((row) => row["property"] === name);

describe("storage integrations", () => {
  test("the account makes the user's ARN and an external id, and keeps them", async () => {
    const account = await landing();
    const id = await property(account, `DESCRIBE STORAGE INTEGRATION "S3"`, "STORAGE_AWS_EXTERNAL_ID");
    expect(id?.["property_value"]).toMatch(/^AB12345_SFCRole=2_.+=$/);
    expect(await property(account, "desc integration s3", "STORAGE_AWS_IAM_USER_ARN")).toMatchObject({
      property_value: expect.stringMatching(/^arn:aws:iam::\d+:user\//),
    });
    await account.run(
      "alter storage integration s3 set enabled = false storage_allowed_locations = ('s3://bucket/')",
    );
    expect(await property(account, "desc integration s3", "STORAGE_AWS_EXTERNAL_ID")).toEqual(id);
    expect(await property(account, "desc integration s3", "STORAGE_ALLOWED_LOCATIONS")).toMatchObject({
      property_value: "s3://bucket/",
      property_type: "List",
    });
    expect(await account.one("SHOW STORAGE INTEGRATIONS LIKE 'S3'")).toMatchObject({
      type: "EXTERNAL_STAGE",
      category: "STORAGE",
      enabled: "false",
      comment: "c",
    });
  });

  test("a missing option is named", async () => {
    const account = await Harness.open();
    expect(
      await account.error("create storage integration i type = external_stage enabled = true"),
    ).toContain("STORAGE_PROVIDER,STORAGE_ALLOWED_LOCATIONS");
  });

  test("notification integrations: e-mail and SNS", async () => {
    const account = await Harness.open();
    await account.all(
      "CREATE NOTIFICATION INTEGRATION \"MAIL\" ENABLED = true TYPE = EMAIL ALLOWED_RECIPIENTS = ('a@b.c', 'd@e.f') COMMENT = 'x'",
      `create notification integration sns enabled = true direction = outbound type = queue notification_provider = aws_sns
         aws_sns_topic_arn = 'arn:t' aws_sns_role_arn = 'arn:r'`,
    );
    expect(
      await property(account, "describe notification integration mail", "ALLOWED_RECIPIENTS"),
    ).toMatchObject({
      property_value: "a@b.c,d@e.f",
    });
    expect(await account.one("show notification integrations like 'sns'")).toMatchObject({
      type: "QUEUE - AWS_SNS",
    });
    await account.run("alter notification integration mail unset allowed_recipients, comment");
    expect(await property(account, "describe integration mail", "ALLOWED_RECIPIENTS")).toMatchObject({
      property_value: "",
    });
  });
});

describe("file formats", () => {
  test("what was given is read back, the rest are the documented defaults", async () => {
    const account = await landing();
    await account.run(
      `CREATE FILE FORMAT "RAW"."LANDING"."LINES" TYPE = CSV FIELD_DELIMITER = 'NONE' COMPRESSION = AUTO ESCAPE_UNENCLOSED_FIELD = 'NONE'
         SKIP_BLANK_LINES = true NULL_IF = () EMPTY_FIELD_AS_NULL = false ERROR_ON_COLUMN_COUNT_MISMATCH = false COMMENT = 'lines'`,
    );
    const shown = await account.one('SHOW FILE FORMATS LIKE \'LINES\' IN SCHEMA "RAW"."LANDING"');
    expect(JSON.parse(String(shown["format_options"]))).toMatchObject({
      TYPE: "CSV",
      RECORD_DELIMITER: "\n",
      FIELD_DELIMITER: "NONE",
      ESCAPE_UNENCLOSED_FIELD: "NONE",
      NULL_IF: [],
      SKIP_BLANK_LINES: true,
      SKIP_HEADER: 0,
      ENCODING: "UTF8",
    });
    expect(await account.error("create file format f type = json skip_header = 1")).toContain("SKIP_HEADER");
    await account.run("create file format p compression = snappy type = parquet");
    expect(await property(account, "desc file format p", "COMPRESSION")).toMatchObject({
      property_value: "SNAPPY",
    });
    expect(await account.error("create file format f type = csv compression = snappy")).toContain("[snappy]");
    await account.run("alter file format lines set skip_header = 1");
    expect(await property(account, "desc file format lines", "SKIP_HEADER")).toMatchObject({
      property_value: "1",
    });
  });
});

describe("stages", () => {
  test("an external stage behind its integration", async () => {
    const account = await landing();
    await account.run(
      `CREATE STAGE "RAW"."LANDING"."FILES" URL = 's3://bucket/crm/' STORAGE_INTEGRATION = "S3" COMMENT = 'x'`,
    );
    expect(await account.one("show stages like 'files'")).toMatchObject({
      url: "s3://bucket/crm/",
      type: "EXTERNAL",
      cloud: "AWS",
      storage_integration: "S3",
      directory_enabled: "N",
      comment: "x",
    });
    const described = await account.run("desc stage files");
    expect(described.filter((r) => r["parent_property"] === "STAGE_LOCATION")).toMatchObject([
      { property: "URL", property_value: '["s3://bucket/crm/"]' },
    ]);
    // Nothing but defaults: what the provider writes down as file_format and copy_options stays empty.
    const given = described.filter(
      (r) =>
        ["STAGE_FILE_FORMAT", "STAGE_COPY_OPTIONS", "DIRECTORY"].includes(String(r["parent_property"])) &&
        r["property_value"] !== r["property_default"],
    );
    expect(given).toEqual([]);
    expect(await account.error("create stage s url = 's3://elsewhere/' storage_integration = s3")).toContain(
      "Location 's3://elsewhere/' is not allowed by integration 'S3'",
    );
  });

  test("file format by name or inline, and directory tables", async () => {
    const account = await landing();
    await account.all(
      "create file format j type = json strip_outer_array = true",
      "create stage s1 file_format = (format_name = raw.landing.j) directory = (enable = true)",
      "create stage s2 file_format = (type = json strip_outer_array = true)",
    );
    const given = async (stage: string) =>
      (await account.run(`desc stage ${stage}`))
        .filter(
          (r) =>
            r["parent_property"] === "STAGE_FILE_FORMAT" && r["property_value"] !== r["property_default"],
        )
        .map((r) => `${r["property"]} = ${r["property_value"]}`);
    expect(await given("s1")).toEqual(["FORMAT_NAME = raw.landing.j"]);
    expect(await given("s2")).toEqual(["TYPE = JSON", "STRIP_OUTER_ARRAY = true"]);
    expect(await account.one("show stages like 's1'")).toMatchObject({
      type: "INTERNAL",
      directory_enabled: "Y",
    });
    expect(await account.error("create stage s3 file_format = (format_name = nope)")).toMatch(/^002003/);
  });
});
