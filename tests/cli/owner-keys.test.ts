import { createPublicKey } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeOwnerKeys } from "../../cli/owner-keys.ts";

let scratch: string;
let root: string;
let folder: string;
const request = { user: "kafka_loader", publicKeyFile: "infra/keys/prod/kafka_loader.pub" };
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "firn-owner-keys-"));
  root = join(scratch, "checkout");
  folder = join(scratch, "home/keys/prod");
  mkdirSync(root);
});
afterEach(() => rmSync(scratch, { recursive: true }));

const publicFile = () => join(root, request.publicKeyFile);
const publicOf = (privatePem: string) => createPublicKey(privatePem).export({ type: "spki", format: "pem" });

test("the halves are a pair; the private one is outside of the checkout, for its owner alone", async () => {
  const { made } = await makeOwnerKeys(root, [request], { folder });
  const file = join(folder, "kafka_loader.p8");
  expect(made).toEqual([{ ...request, privateHalf: file }]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(publicOf(readFileSync(file, "utf8"))).toBe(readFileSync(publicFile(), "utf8"));
});

test("an existing pair stays as it is", async () => {
  await makeOwnerKeys(root, [request], { folder });
  const before = readFileSync(publicFile(), "utf8");
  expect(await makeOwnerKeys(root, [request], { folder })).toEqual({ made: [], kept: [request] });
  expect(readFileSync(publicFile(), "utf8")).toBe(before);
});

test("a private half is never overwritten", async () => {
  await makeOwnerKeys(root, [request], { folder });
  const before = readFileSync(join(folder, "kafka_loader.p8"), "utf8");
  rmSync(publicFile());
  await expect(makeOwnerKeys(root, [request], { folder })).rejects.toThrow("its public half is not where");
  expect(readFileSync(join(folder, "kafka_loader.p8"), "utf8")).toBe(before);
});

test("no private half is written into the checkout, by a link neither", async () => {
  const link = join(scratch, "link");
  symlinkSync(root, link);
  for (const inside of [root, join(root, "infra/keys"), join(link, "new/keys")])
    await expect(makeOwnerKeys(root, [request], { folder: inside })).rejects.toThrow("inside the checkout");
  expect(existsSync(publicFile())).toBe(false);
});

test("a command takes the private half on its input, with the user's name, and nothing is written", async () => {
  const store = join(scratch, "store");
  const { made } = await makeOwnerKeys(root, [request], { command: `cat > "${store}.$FIRN_USER"` });
  expect(publicOf(readFileSync(`${store}.kafka_loader`, "utf8"))).toBe(readFileSync(publicFile(), "utf8"));
  expect(made[0]?.privateHalf).toContain("cat >");
  expect(existsSync(folder)).toBe(false);
});

test("a command that fails leaves no public half behind", async () => {
  await expect(makeOwnerKeys(root, [request], { command: "exit 7" })).rejects.toThrow(
    /kafka_loader ended with 7/,
  );
  expect(existsSync(publicFile())).toBe(false);
});
