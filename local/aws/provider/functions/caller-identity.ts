import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { ProviderFunction } from "../handler.ts";

export const getCallerIdentity: ProviderFunction = async (aws) => {
  const { Account = "", Arn = "", UserId = "" } = await aws.sts.send(new GetCallerIdentityCommand({}));
  return { accountId: Account, arn: Arn, userId: UserId, id: Account };
};
