import { isForeign, leaveRealAccounts } from "../../cli/embedded/foreign-environment.ts";

test("no variable that points at a real account is left, whatever its spelling; others stay", () => {
  const environment: NodeJS.ProcessEnv = {
    PATH: "/bin",
    HOME: "/home/me",
    AWS_PROFILE: "production",
    aws_secret_access_key: "s",
    SNOWFLAKE_PRIVATE_KEY: "k",
    KAFKA_SASL_PASSWORD: "p",
    PULUMI_ACCESS_TOKEN: "t",
    FIRN_PUBLIC_KEY_KAFKA_LOADER: "theirs",
    FIRN_DEBUG: "1",
  };
  expect(leaveRealAccounts("/data", environment)).toEqual([
    "AWS_PROFILE",
    "FIRN_PUBLIC_KEY_KAFKA_LOADER",
    "KAFKA_SASL_PASSWORD",
    "PULUMI_ACCESS_TOKEN",
    "SNOWFLAKE_PRIVATE_KEY",
    "aws_secret_access_key",
  ]);
  expect(Object.keys(environment).filter((name) => !isForeign(name))).toEqual(["PATH", "HOME", "FIRN_DEBUG"]);
  expect(environment).toMatchObject({
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    SNOWFLAKE_CONFIG_PATH: "/data/no-snowflake-config",
  });
});
