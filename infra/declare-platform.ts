/** All parts of the platform as resources, each waiting for what it needs and no more. */
import type { Output, Resource } from "@pulumi/pulumi";
import { Loading, Storage, Transforming } from "../pipelines/declare.ts";
import { Alerting, Notifications } from "../pipelines/declare-alerts.ts";
import { Flows } from "../pipelines/flows/declare.ts";
import { Access } from "../roles/declare.ts";
import { Governance, Tagging } from "../roles/declare-governance.ts";
import { Compute, Databases } from "./declare.ts";
import { Adopted } from "./declare-adopted.ts";
import type { AppFlowAccess } from "./declare-bucket.ts";
import { KafkaConnect } from "./declare-connect.ts";
import { Kafka } from "./declare-kafka.ts";
import { Landing } from "./declare-landing.ts";
import { Outbound } from "./declare-outbound.ts";
import { Connections, connectKafka } from "./declare-providers.ts";
import type { GrantTarget, Platform } from "./platform.ts";

export interface PlatformOutputs {
  /** Null where nothing comes in. */
  landingBucket: string | null;
  /** ARN of the queue that the pipes listen on. */
  notificationChannel: Output<string> | undefined | null;
  /** What a runner of Kafka connectors needs besides its secrets. */
  connectors: { name: string; topic: string; config: Record<string, string> }[];
}

export function declarePlatform(platform: Platform): PlatformOutputs {
  const { automation } = platform;
  const connections = new Connections();
  const account = connections.of(automation.account);
  const security = connections.of(automation.security);
  const objects = connections.of(automation.objects);

  if (platform.adopted !== undefined) new Adopted({ platform, account, security });
  const compute = new Compute(platform, account);
  const databases = new Databases(platform, objects);
  const landing =
    platform.landing === undefined
      ? undefined
      : new Landing({
          plan: platform.landing,
          integration: platform.integrations[0]!,
          protect: platform.protect,
          provider: account,
          ...appFlowIn(platform, platform.landing.bucket),
        });
  const notifications = new Notifications({
    platform,
    provider: account,
    place: (schema) => databases.place(schema),
  });
  const outbound =
    platform.outbound === undefined
      ? undefined
      : new Outbound({
          plan: platform.outbound,
          integration: platform.integrations.find((one) => one.key === "outbound")!,
          protect: platform.protect,
          provider: account,
          appFlow: appFlowIn(platform, platform.outbound.bucket).appFlow!,
        });
  // Objects wait for the privileges on future ones, and privileges on single objects wait for those.
  let storage: Storage | undefined;
  let governance: Governance | undefined;
  const targetOf = (target: GrantTarget): Resource[] => {
    switch (target.on) {
      case "account":
        return [];
      case "database":
        return [databases.database(target.name)];
      case "warehouse":
        return [compute.warehouse(target.name)];
      case "integration":
        return [
          notifications.integration(target.name) ??
            (target.name === platform.integrations[0]!.name ? landing! : outbound!).integration,
        ];
      case "schema":
      case "future":
        return [databases.schema(target.schema)];
      case "table":
      case "view":
      case "stage":
      case "file format":
        return [storage!.object(target.on, target.object)];
      case "row access policy":
      case "tag":
        return [governance!.object(target.on, target.object)];
    }
  };
  const access = new Access({ platform, security, account, targetOf });
  access.grant((grant) => !onObject(grant.target));
  governance = new Governance({
    plan: platform.governance,
    provider: security,
    before: access.grantsTo(automation.security),
  });
  const admits = governance;
  access.grant((grant) => governed(grant.target));
  access.createUsers((name) => admits.networkPolicy(name).name);
  storage = new Storage({
    platform,
    provider: objects,
    account,
    place: (schema) => databases.place(schema),
    before: (schema) => access.futureGrantsIn(schema),
    beforeGoverned: access.grantsOn((target) => target.on === "row access policy"),
    beforeStage: [
      ...(landing === undefined ? [] : [landing.access]),
      ...(outbound === undefined ? [] : [outbound.access]),
      ...access.grantsOn((target) => target.on === "integration"),
    ],
  });
  access.grant((grant) => onObject(grant.target) && !governed(grant.target));
  const tagging = new Tagging({
    plan: platform.governance,
    provider: objects,
    before: access.grantsOn((target) => target.on === "tag"),
    objects: ({ on, objects: names }) =>
      names.map(([database = "", schema = "", name = ""]) =>
        on === "schema"
          ? databases.schema({ database, schema })
          : storage!.object("table", { database, schema, name }),
      ),
  });

  const loading =
    landing === undefined
      ? undefined
      : new Loading({
          platform,
          provider: connections.whenGranted(automation.loader, access.everythingOf(automation.loader)),
          storage,
          before: tagging.associations,
        });
  landing?.notify(platform.landing!, loading!.notificationChannel);
  const { sending, transforming } = Object.groupBy(platform.tasks, (task) =>
    task.role === "activator" ? "sending" : "transforming",
  );
  new Transforming({
    name: "transforming",
    platform: { ...platform, tasks: transforming ?? [] },
    provider: connections.whenGranted(automation.transformer, access.everythingOf(automation.transformer)),
    storage,
    before: tagging.associations,
  });
  if (platform.alerts.length > 0)
    new Alerting({
      platform,
      provider: connections.whenGranted(automation.alerter, access.everythingOf(automation.alerter)),
      storage,
    });
  if (outbound !== undefined)
    new Transforming({
      name: "activating",
      platform: { ...platform, tasks: sending ?? [], streams: [] },
      provider: connections.whenGranted(automation.activator, access.everythingOf(automation.activator)),
      storage,
      before: tagging.associations,
    });
  if (platform.flows.length > 0)
    new Flows(platform.flows, (flow) => [(flow.direction === "in" ? landing! : outbound!).bucket.policy]);
  const kafka = platform.topics.length > 0 ? new Kafka(platform, connectKafka()) : undefined;
  if (platform.connect !== undefined)
    new KafkaConnect(platform.connect, [
      ...(kafka === undefined ? [] : [kafka]),
      ...platform.connectors.flatMap(({ role }) => access.everythingOf(role)),
    ]);
  return {
    landingBucket: platform.landing?.bucket ?? null,
    notificationChannel: loading === undefined ? null : loading.notificationChannel,
    connectors: platform.connectors.map(({ name, topic, config }) => ({ name, topic, config })),
  };
}

const governed = (target: GrantTarget): boolean => target.on === "tag" || target.on === "row access policy";
/** What AppFlow's flows do in a bucket; nothing where no flow uses it. */
function appFlowIn({ flows, landing }: Platform, bucket: string): { appFlow?: AppFlowAccess } {
  const own = flows.filter((flow) => flow.bucket === bucket);
  if (own.length === 0) return {};
  const out = own.filter((flow) => flow.direction === "out");
  return {
    appFlow: {
      awsAccountId: landing!.awsAccountId,
      reads: out.map((flow) => flow.folder),
      writes: [
        ...own.filter((flow) => flow.direction === "in").map((flow) => flow.folder),
        ...out.map((flow) => flow.write!.errorFolder),
      ],
    },
  };
}

const onObject = (target: GrantTarget): boolean => "object" in target;
