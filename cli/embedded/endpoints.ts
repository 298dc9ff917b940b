import type { Platform } from "../../infra/platform.ts";
import { UNSUPPORTED_VARIABLE } from "../../local/aws/provider/unsupported.ts";
import type { Engine } from "../../local/engine/prepare.ts";
import type { Project } from "../project.ts";
import type { AccountEndpoint } from "./account-service.ts";
import { ownKeyVariables } from "./keys.ts";
import type { EmbeddedSecrets } from "./secrets.ts";

export interface AwsEndpoint {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  accountId: string;
}

export interface KafkaUser {
  username: string;
  password: string;
}

export interface KafkaEndpoint {
  bootstrapServers: string;
  users: { admin: KafkaUser; producer: KafkaUser; connector: KafkaUser };
}

export interface Endpoints {
  account: AccountEndpoint;
  aws: AwsEndpoint;
  kafka: KafkaEndpoint;
}

/**
 * What `pulumi` needs in its environment. The providers read their standard variables, the same that a real account's
 * run sets; only their values differ.
 */
export function engineEnvironment(
  project: Project,
  platform: Pick<Platform, "notifications">,
  engine: Engine,
  secrets: EmbeddedSecrets,
  endpoints: Endpoints,
): Record<string, string> {
  const { account, aws, kafka } = endpoints;
  const [organization, name] = account.account.split("-") as [string, string];
  return {
    ...engine.env,
    ...standInSecrets(platform),
    ...ownKeyVariables(project),
    // A rehearsal goes on past what the local endpoints do not do, and lists it; any other stack is to work whole.
    [UNSUPPORTED_VARIABLE]: project.rehearsal ? "stand-in" : "refuse",
    PATH: [...engine.pathEntries, process.env["PATH"] ?? ""].join(":"),
    PULUMI_BACKEND_URL: `file://${project.dataDir}/state`,
    PULUMI_CONFIG_PASSPHRASE: secrets.pulumiPassphrase,
    SNOWFLAKE_HOST: account.host,
    SNOWFLAKE_PORT: String(account.port),
    SNOWFLAKE_PROTOCOL: "http",
    SNOWFLAKE_ORGANIZATION_NAME: organization,
    SNOWFLAKE_ACCOUNT_NAME: name,
    SNOWFLAKE_USER: secrets.accountUser,
    SNOWFLAKE_PASSWORD: secrets.accountPassword,
    SNOWFLAKE_ROLE: "ACCOUNTADMIN",
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers,
    KAFKA_SASL_USERNAME: kafka.users.admin.username,
    KAFKA_SASL_PASSWORD: kafka.users.admin.password,
    KAFKA_SASL_MECHANISM: "plain",
    KAFKA_ENABLE_TLS: "false",
  };
}

/** Secret parts of webhooks' addresses: on this machine nothing leaves the inbox, so none of the real ones is needed. */
const standInSecrets = ({ notifications }: Pick<Platform, "notifications">): Record<string, string> =>
  Object.fromEntries(
    notifications.flatMap((one) =>
      one.kind === "webhook" && one.secretVariable !== undefined ? [[one.secretVariable, "stand-in"]] : [],
    ),
  );
