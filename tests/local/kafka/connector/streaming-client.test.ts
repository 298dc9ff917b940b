import { KeyPairToken } from "../../../../local/kafka/connector/jwt.ts";
import { type ChannelAddress, StreamingClient } from "../../../../local/kafka/connector/streaming-client.ts";
import { FakeAccount } from "./fake-account.ts";

const address: ChannelAddress = {
  database: "RAW",
  schema: "PRODUCT",
  pipe: "EVENTS-STREAMING",
  channel: "c_events_0",
};
const rows = (...values: object[]): Buffer =>
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(""));

let account: FakeAccount;
let client: StreamingClient;
let url: string;
beforeEach(async () => {
  account = new FakeAccount();
  url = await account.listen();
  client = new StreamingClient(
    url,
    new KeyPairToken(account.account, account.user, account.privateKey),
    "LOADER",
  );
});
afterEach(async () => {
  client.close();
  await account.close();
});

test("rows and their offset are there together, and a reopened channel knows them", async () => {
  const opened = await client.open(address);
  expect(opened.offsetToken).toBeNull();
  const next = await client.append(address, opened.continuationToken, "41", rows({ A: 1 }, { A: 2 }));
  await client.append(address, next, "42", rows({ A: 3 }));
  expect(account.rows("EVENTS")).toEqual([{ A: 1 }, { A: 2 }, { A: 3 }]);
  expect((await client.open(address)).offsetToken).toBe("42");
  const { channel, ...pipe } = address;
  expect(await client.status(pipe, [channel, "another"])).toEqual({ [channel]: "42" });
});

test("a token of before the channel was opened again is refused", async () => {
  const first = await client.open(address);
  await client.open(address);
  await expect(client.append(address, first.continuationToken, "1", rows({ A: 1 }))).rejects.toMatchObject({
    status: 409,
    code: "STALE_CONTINUATION_TOKEN_SEQUENCER",
  });
  expect(account.rows("EVENTS")).toEqual([]);
});

test("another key than the user's is refused", async () => {
  const other = new KeyPairToken(account.account, account.user, new FakeAccount().privateKey);
  const stranger = new StreamingClient(url, other, undefined);
  await expect(stranger.open(address)).rejects.toMatchObject({ status: 401, code: "390144" });
  stranger.close();
});

test("a token is used until shortly before its end", () => {
  const token = new KeyPairToken("org-acc", "user", account.privateKey);
  const start = 1_700_000_000_000;
  const first = token.at(start);
  expect(token.at(start + 45 * 60_000)).toBe(first);
  expect(token.at(start + 55 * 60_000)).not.toBe(first);
  const claims = JSON.parse(Buffer.from(first.split(".")[1]!, "base64url").toString());
  expect(claims).toMatchObject({ sub: "ORG-ACC.USER", exp: start / 1000 + 3600 });
  expect(claims.iss).toMatch(/^ORG-ACC\.USER\.SHA256:.{43}=$/);
});
