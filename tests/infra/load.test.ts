import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FirnError } from "../../infra/errors.ts";
import { type LoadOptions, loadPlatform } from "../../infra/load.ts";
import { PUBLIC_KEY, ROOT, stackText } from "./sample.ts";

type Given = Pick<LoadOptions, "awsAccountId" | "environment">;
const ENVIRONMENT = { KAFKA_BOOTSTRAP_SERVERS: "broker:9092" };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "firn-load-"));
  cpSync(join(ROOT, "sql"), join(root, "sql"), { recursive: true });
  writeFileSync(join(root, "Pulumi.local.yaml"), stackText("local"));
  mkdirSync(join(root, ".firn/local/keys"), { recursive: true });
  for (const user of ["kafka_loader", "bi_tool"])
    writeFileSync(join(root, `.firn/local/keys/${user}.pub`), pem(PUBLIC_KEY));
});
afterEach(() => rmSync(root, { recursive: true }));

const pem = (body: string): string =>
  `-----BEGIN PUBLIC KEY-----\n${body.match(/.{1,64}/g)!.join("\n")}\n-----END PUBLIC KEY-----\n`;

function problems(given: Given = {}): { code: string; text: string }[] {
  try {
    loadPlatform({ root, stack: "local", ...given });
  } catch (error) {
    if (error instanceof FirnError)
      return error.problems.map((problem, index) => ({
        code: problem.code,
        text: error.message.split("\n")[index]!,
      }));
    throw error;
  }
  return [];
}

test("the checked-in project compiles; the key is read from its file", () => {
  const platform = loadPlatform({ root, stack: "local" });
  expect(platform.users).toEqual(
    ["KAFKA_LOADER", "BI_TOOL"].map((name) => expect.objectContaining({ name, publicKey: PUBLIC_KEY })),
  );
});

test("the platform is plain data", () => {
  const platform = loadPlatform({ root, stack: "local" });
  expect(JSON.parse(JSON.stringify(platform))).toEqual(platform);
});

test("a stack that does not exist is answered with those that do", () => {
  expect(() => loadPlatform({ root, stack: "locale" })).toThrow(
    'Pulumi.locale.yaml: there is no stack locale (allowed: local). Did you mean "local"?',
  );
});

test("a private key is refused, and not shown", () => {
  const secret = "-----BEGIN PRIVATE KEY-----\nMIIsecret\n-----END PRIVATE KEY-----\n";
  writeFileSync(join(root, ".firn/local/keys/kafka_loader.pub"), secret);
  const [problem] = problems();
  expect(problem?.text).toContain("firn:serviceUsers.kafka_loader.publicKeyFile: is no RSA public key");
  expect(problem?.text).not.toContain("secret");
});

test("mistakes in several files are reported together, each once", () => {
  rmSync(join(root, ".firn/local/keys/kafka_loader.pub"));
  writeFileSync(join(root, "sql/core/customer/account.sql"), "select 1");
  writeFileSync(join(root, "sql/mart/sales/Open.sql"), "select 1");
  expect(problems({ environment: ENVIRONMENT }).map((problem) => problem.code)).toEqual([
    "CONFIG_VALUE",
    "MODEL_HEADER",
    "MODEL_HEADER",
  ]);
});

describe("the AWS account", () => {
  const roleArn = (given: Given = {}) => loadPlatform({ root, stack: "local", ...given }).landing!.roleArn;

  test("is a placeholder in a review, and the credentials' own in a deployment", () => {
    expect(roleArn()).toBe("arn:aws:iam::<account>:role/firn-local-snowflake-landing");
    expect(roleArn({ environment: ENVIRONMENT, awsAccountId: "111122223333" })).toBe(
      "arn:aws:iam::111122223333:role/firn-local-snowflake-landing",
    );
  });

  test("that a stack names is in its reviews, and refuses credentials of another one", () => {
    const named = stackText("local").replace(
      "firn:landing: { ",
      'firn:landing: { awsAccountId: "444455556666", ',
    );
    writeFileSync(join(root, "Pulumi.local.yaml"), named);
    expect(roleArn()).toContain("444455556666");
    expect(roleArn({ environment: ENVIRONMENT, awsAccountId: "444455556666" })).toContain("444455556666");
    expect(problems({ environment: ENVIRONMENT, awsAccountId: "111122223333" })).toEqual([
      {
        code: "CONFIG_CONFLICT",
        text: expect.stringContaining(
          'firn:landing.awsAccountId: is not the account that the AWS credentials are of (given "444455556666"; allowed: "111122223333")',
        ),
      },
    ]);
  });
});

test("a bucket's name ends with the AWS account's number where the stack says so", () => {
  const text = stackText("local").replace("firn:landing: { ", "firn:landing: { bucketSuffix: account, ");
  writeFileSync(join(root, "Pulumi.local.yaml"), text);
  const buckets = (given: Given = {}) => {
    const { landing, outbound, stages } = loadPlatform({ root, stack: "local", ...given });
    return [landing!.bucket, outbound!.bucket, stages[0]!.url];
  };
  expect(buckets({ awsAccountId: "111122223333" })).toEqual([
    "firn-local-landing-111122223333",
    "firn-local-outbound-111122223333",
    "s3://firn-local-landing-111122223333/",
  ]);
  expect(buckets()[0]).toBe("firn-local-landing-<account>");
});

test("what the stack leaves to the environment is asked for in a deployment, all at once, and not in a review", () => {
  const hook = "https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET";
  const text = stackText("local").replace(
    /data: \{ url: .*\}/,
    `data: { url: "${hook}", secretVariable: SLACK_WEBHOOK_SECRET }`,
  );
  writeFileSync(join(root, "Pulumi.local.yaml"), text);
  expect(problems()).toEqual([]);
  expect(problems({ environment: {} })).toEqual([
    {
      code: "CONFIG_ENVIRONMENT",
      text: expect.stringContaining("firn:kafka.enabled: needs KAFKA_BOOTSTRAP_SERVERS in the environment"),
    },
    {
      code: "CONFIG_ENVIRONMENT",
      text: expect.stringContaining(
        "firn:alerts.webhooks.data.secretVariable: needs SLACK_WEBHOOK_SECRET in the environment",
      ),
    },
  ]);
  expect(problems({ environment: { ...ENVIRONMENT, SLACK_WEBHOOK_SECRET: "T0/B0/x" } })).toEqual([]);
});

describe("a service user's public key", () => {
  const publicKey = (given: Given = {}) =>
    loadPlatform({ root, stack: "local", ...given }).users[0]!.publicKey;
  const keyFile = () => join(root, ".firn/local/keys/kafka_loader.pub");

  test("that nobody has made is a placeholder in a review", () => {
    rmSync(keyFile());
    expect(publicKey()).toBe("<public key of kafka_loader>");
  });

  test("that nobody has made is refused in a deployment, with what to do", () => {
    rmSync(keyFile());
    const [problem] = problems({ environment: ENVIRONMENT });
    expect(problem?.text).toMatch(
      /Pulumi\.local\.yaml: firn:serviceUsers\.kafka_loader\.publicKeyFile: names a file that does not exist.*npx firn keys --stack local.*FIRN_PUBLIC_KEY_KAFKA_LOADER/,
    );
  });

  test("can be given by a variable, which wins", () => {
    const other = `MII${"B".repeat(387)}==`;
    expect(publicKey({ environment: { ...ENVIRONMENT, FIRN_PUBLIC_KEY_KAFKA_LOADER: pem(other) } })).toBe(
      other,
    );
    rmSync(keyFile());
    expect(publicKey({ environment: { ...ENVIRONMENT, FIRN_PUBLIC_KEY_KAFKA_LOADER: other } })).toBe(other);
  });

  test("in a variable that holds something else is refused without showing it", () => {
    const [problem] = problems({ environment: { ...ENVIRONMENT, FIRN_PUBLIC_KEY_KAFKA_LOADER: "hunter2" } });
    expect(problem?.text).toContain("FIRN_PUBLIC_KEY_KAFKA_LOADER: is no RSA public key");
    expect(problem?.text).not.toContain("hunter2");
  });

  test("is in the checkout for no real account: production's owner makes it", () => {
    const users = loadPlatform({ root: ROOT, stack: "prod" }).users;
    expect(users.map((user) => user.publicKey)).toEqual(users.map((user) => `<public key of ${user.key}>`));
  });
});

test("a KPI that asks for an unknown column is refused with its place", () => {
  writeFileSync(
    join(root, "sql/kpi/accounts_by_type.sql"),
    "select type, acounts from mart.executive.accounts_by_type\n",
  );
  expect(problems()).toEqual([
    {
      code: "SQL_UNKNOWN_COLUMN",
      text: 'sql/kpi/accounts_by_type.sql:1:14: there is no column acounts in mart.executive.accounts_by_type. Did you mean "accounts"?',
    },
  ]);
});
