import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FirnError } from "../../infra/errors.ts";
import { loadPlatform } from "../../infra/load.ts";
import { PUBLIC_KEY, ROOT, stackText } from "./sample.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "firn-load-"));
  cpSync(join(ROOT, "sql"), join(root, "sql"), { recursive: true });
  writeFileSync(join(root, "Pulumi.local.yaml"), stackText("local"));
  mkdirSync(join(root, ".firn/local/keys"), { recursive: true });
  writeFileSync(join(root, ".firn/local/keys/kafka_loader.pub"), pem(PUBLIC_KEY));
});
afterEach(() => rmSync(root, { recursive: true }));

const pem = (body: string): string =>
  `-----BEGIN PUBLIC KEY-----\n${body.match(/.{1,64}/g)!.join("\n")}\n-----END PUBLIC KEY-----\n`;

function problems(): { code: string; text: string }[] {
  try {
    loadPlatform({ root, stack: "local" });
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
  expect(platform.users).toEqual([expect.objectContaining({ name: "KAFKA_LOADER", publicKey: PUBLIC_KEY })]);
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
  expect(problems().map((problem) => problem.code)).toEqual(["CONFIG_VALUE", "MODEL_HEADER", "MODEL_HEADER"]);
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
