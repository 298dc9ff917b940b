import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bringMachineKeys } from "../../review/revision/machine-keys.ts";

const scratch = mkdtempSync(join(tmpdir(), "firn-machine-keys-"));
const [root, revision] = [join(scratch, "checkout"), join(scratch, "revision")];
afterAll(() => rmSync(scratch, { recursive: true }));

const write = (file: string, text: string) => {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
};

test("a key that git ignores is brought along, one that could be committed is not, nor one from outside", async () => {
  mkdirSync(root, { recursive: true });
  execFileSync("git", ["init", "-q"], { cwd: root });
  write(join(root, ".gitignore"), ".firn/\n");
  write(join(root, ".firn/local/keys/a.pub"), "machine's");
  write(join(root, "infra/keys/b.pub"), "owner's");
  write(join(scratch, "c.pub"), "elsewhere");
  write(
    join(revision, "Pulumi.local.yaml"),
    `config:
  firn:serviceUsers:
    a: { publicKeyFile: .firn/local/keys/a.pub }
    b: { publicKeyFile: infra/keys/b.pub }
    c: { publicKeyFile: ../c.pub }
`,
  );
  expect(await bringMachineKeys(revision, "local", root)).toEqual([
    "The public key .firn/local/keys/a.pub is not in the revision; the checkout's is taken for it.",
  ]);
  expect(readFileSync(join(revision, ".firn/local/keys/a.pub"), "utf8")).toBe("machine's");
  expect(existsSync(join(revision, "infra/keys/b.pub"))).toBe(false);
});
