import { fromEnvironment } from "../../cli/account-environment.ts";

const SET = {
  SNOWFLAKE_ORGANIZATION_NAME: "ACME",
  SNOWFLAKE_ACCOUNT_NAME: "DATA_EU",
  SNOWFLAKE_USER: "DEPLOY",
};

test("the provider's variables are enough to log in", () => {
  expect(fromEnvironment({ ...SET, SNOWFLAKE_PASSWORD: "x" })).toEqual({
    accessUrl: "https://acme-data-eu.snowflakecomputing.com",
    account: "ACME-DATA_EU",
    username: "DEPLOY",
    password: "x",
  });
  expect(
    fromEnvironment({
      ...SET,
      SNOWFLAKE_PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----",
      SNOWFLAKE_HOST: "127.0.0.1",
      SNOWFLAKE_PORT: "80",
      SNOWFLAKE_PROTOCOL: "http",
    }),
  ).toMatchObject({ accessUrl: "http://127.0.0.1:80", privateKey: "-----BEGIN PRIVATE KEY-----" });
});

test("what is missing is named at once", () => {
  expect(() => fromEnvironment({ SNOWFLAKE_USER: "DEPLOY" })).toThrow(
    /SNOWFLAKE_ORGANIZATION_NAME, SNOWFLAKE_ACCOUNT_NAME, SNOWFLAKE_PRIVATE_KEY \(or SNOWFLAKE_PASSWORD\) not set/,
  );
});
