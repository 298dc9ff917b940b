/** The account under test, as the programs of this folder reach it. */
import { Provider } from "@pulumi/snowflake";

export const accountProvider = (
  previewFeaturesEnabled: string[],
  role = "ACCOUNTADMIN",
  name = "snowflake",
) =>
  new Provider(name, {
    organizationName: "FIRN",
    accountName: "LOCAL",
    user: "ADMIN",
    password: process.env["ACCOUNT_PASSWORD"] ?? "",
    role,
    protocol: "http",
    host: "127.0.0.1",
    port: Number(process.env["ACCOUNT_PORT"]),
    maxRetryCount: 0,
    previewFeaturesEnabled,
  });
