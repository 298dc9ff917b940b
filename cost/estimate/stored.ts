import type { Table } from "../../infra/platform.ts";
import { derive, type Figure, given, product, sum } from "../figure.ts";
import { mskServerless, s3Gets, s3Puts, s3Retrieval, s3Storage } from "../formulas/aws.ts";
import { CEILING_DAYS, CEILING_HOURS, DAYS_PER_MONTH, EXPECTED_HOURS } from "../formulas/hours.ts";
import { storageCost, storedTerabytes } from "../formulas/storage.ts";
import { priceOf } from "../price-book.ts";
import { usageFor } from "../usage.ts";
import { assumed, type Context, declaredItem, where } from "./context.ts";
import { all, ownersByTable, SHARED } from "./departments.ts";
import type { CostItem } from "./item.ts";
import { openItem } from "./services.ts";

const GB_PER_TB = 1000;
/** Where an archived object goes; infra's lifecycle rule. */
const ARCHIVE_CLASS = "GLACIER";

/** Formula 9 for every table. */
export function tableItems(context: Context): CostItem[] {
  const owners = ownersByTable(context.platform);
  const databases = new Map(context.platform.databases.map((database) => [database.name, database]));
  const unitPrice = { ...priceOf(context.book, "snowflake.storage", where(context)), label: "price" };
  return context.platform.tables.map((table: Table & { transient?: boolean }) => {
    const usage = usageFor(context.usage.tables, table.logical);
    const stored = (terabytes: Figure) => ({
      name: table.name,
      terabytes,
      churnPerDay: assumed(context, "churn per day", usage.churnPerDay, "of size"),
      retentionDays: table.timeTravelDays ?? databases.get(table.database)?.timeTravelDays ?? 1,
      transient: table.transient ?? false,
    });
    const bytes = context.measured?.tableBytes[table.logical];
    const size =
      bytes === undefined
        ? assumed(context, "TB", usage.gb / GB_PER_TB, "TB")
        : given("TB", bytes / 1e12, "TB", { kind: "measured", title: context.measured?.title ?? "" });
    const item = {
      resource: {
        kind: "table" as const,
        key: table.key,
        name: `${table.database}.${table.schema}.${table.name}`,
      },
      provider: "Snowflake" as const,
      service: "Storage",
      category: "Storage" as const,
      quantity: storedTerabytes(context.book, stored(size)),
      unitPrice,
      expected: storageCost(context.book, stored(size), where(context)),
      departments: all(owners.get(table.logical) ?? SHARED),
    };
    if (usage.maximumGb === null)
      return openItem(
        item,
        `${table.name} ceiling`,
        `nothing limits the size of ${table.logical}, and the usage file declares no maximumGb`,
      );
    const most = stored(assumed(context, "declared maximum", usage.maximumGb / GB_PER_TB, "TB"));
    return declaredItem(
      item,
      storageCost(context.book, most, where(context)),
      `the size of ${table.logical}`,
    );
  });
}

/** Formula 10 for the landing bucket: what lies in each class after the assumed history, and the month's PUTs. */
export function landingItems(context: Context): CostItem[] {
  const { platform, usage } = context;
  if (platform.landing === undefined) return [];
  const pipes = platform.pipes.map((pipe) => usageFor(usage.pipes, pipe.key));
  const gbPerDay = pipes.reduce((total, pipe) => total + pipe.gbPerDay, 0);
  const filesPerDay = pipes.reduce((total, pipe) => total + pipe.filesPerDay, 0);
  const resource = { kind: "bucket" as const, key: "landing", name: platform.landing.bucket };
  const unitPrice = {
    ...priceOf(context.book, "aws.s3.storage", where(context, "STANDARD")),
    label: "price",
  };
  const gb = (perDay: number): number => perDay * usage.landing.historyDays;
  const base = {
    resource,
    provider: "AWS" as const,
    service: "Amazon S3",
    category: "Storage" as const,
    quantity: assumed(context, "GB", gb(gbPerDay), "GB-month"),
    unitPrice,
    expected: bucketCost(context, gbPerDay, filesPerDay * DAYS_PER_MONTH),
    departments: all(SHARED),
  };
  const maximum = usage.landing.maximumGbPerDay;
  if (maximum === null)
    return [
      openItem(
        base,
        "S3 ceiling",
        "nothing limits what lands in the bucket, and the usage file declares no maximum",
      ),
    ];
  const scale = gbPerDay > 0 ? maximum / gbPerDay : 1;
  return [
    declaredItem(
      base,
      bucketCost(context, maximum, filesPerDay * scale * CEILING_DAYS),
      "what lands in the bucket",
    ),
  ];
}

/** GB by age: Standard, then Infrequent Access, then the archive. */
function bucketCost(context: Context, gbPerDay: number, puts: number): Figure {
  const landing = context.platform.landing!;
  const days = context.usage.landing.historyDays;
  const standard = Math.min(days, landing.infrequentAfterDays);
  const infrequent = Math.max(0, Math.min(days, landing.archiveAfterDays) - landing.infrequentAfterDays);
  const archived = Math.max(0, days - landing.archiveAfterDays);
  const held = (storageClass: string, age: number): Figure =>
    s3Storage(
      context.book,
      storageClass,
      assumed(context, `GB in ${storageClass}`, gbPerDay * age, "GB-month"),
      where(context),
    );
  return sum("S3", "USD", [
    held("STANDARD", standard),
    held("STANDARD_IA", infrequent),
    held(ARCHIVE_CLASS, archived),
    s3Puts(context.book, "STANDARD", assumed(context, "PUTs", puts, "requests"), where(context)),
    s3Gets(context.book, assumed(context, "files that pipes read", puts, "requests"), where(context)),
    // Each file moves on once, a month's files a month; a transition is billed as a PUT into its class.
    ...(infrequent > 0
      ? [
          s3Puts(
            context.book,
            "STANDARD_IA",
            assumed(context, "transitions", puts, "requests"),
            where(context),
          ),
        ]
      : []),
    ...(archived > 0
      ? [
          s3Puts(
            context.book,
            ARCHIVE_CLASS,
            assumed(context, "transitions", puts, "requests"),
            where(context),
          ),
        ]
      : []),
    s3Retrieval(ARCHIVE_CLASS, assumed(context, "read back", context.usage.landing.readBackGb, "GB")),
  ]);
}

/** Formula 10 for Kafka, as MSK Serverless with MSK Connect, where the usage file says that the brokers are that. */
export function kafkaItems(context: Context): CostItem[] {
  const { platform, usage } = context;
  if (platform.topics.length === 0 || usage.kafka.service === "not-priced") return [];
  const uses = platform.connectors.map((connector) => usageFor(usage.connectors, connector.key));
  const expectedGb = uses.reduce((total, each) => total + each.gbPerDay, 0);
  const mostGb = uses.some((each) => each.maximumGbPerDay === null)
    ? null
    : uses.reduce((total, each) => total + (each.maximumGbPerDay ?? 0), 0);
  const partitions = given(
    "partitions",
    platform.topics.reduce((total, topic) => total + topic.partitions, 0),
    "partitions",
    { kind: "program", title: `${platform.topics.length} topics` },
  );
  const cost = (hours: Figure, gbPerDay: number, days: number): Figure =>
    sum(
      "Kafka",
      "USD",
      mskServerless(
        context.book,
        {
          hours,
          partitions,
          gbIn: assumed(context, "GB in", gbPerDay * days, "GB"),
          gbOut: assumed(context, "GB out", gbPerDay * days * usage.kafka.gbOutPerGbIn, "GB"),
          gbHeld: assumed(context, "GB held", gbPerDay * usage.kafka.retentionDays, "GB-month"),
          connectHours: product("MCU-hours", "MCU-hours", [
            platform.connect === undefined
              ? assumed(context, "MCU", usage.kafka.connectMcu, "MCU")
              : given(
                  "MCU",
                  platform.connect.connectors.length * platform.connect.workers * platform.connect.mcu,
                  "MCU",
                  {
                    kind: "program",
                    title: `${platform.connect.connectors.length} connectors on MSK Connect`,
                  },
                ),
            hours,
          ]),
        },
        where(context),
      ),
    );
  const unitPrice = { ...priceOf(context.book, "aws.msk.cluster", where(context)), label: "price" };
  const base = {
    resource: { kind: "topics" as const, key: "kafka", name: `${platform.topics.length} Kafka topics` },
    provider: "AWS" as const,
    service: "Amazon MSK",
    category: "Integration" as const,
    quantity: derive("cluster-hours", "h", "H", [EXPECTED_HOURS], (hours) => hours),
    unitPrice,
    expected: cost(EXPECTED_HOURS, expectedGb, DAYS_PER_MONTH),
    departments: all(SHARED),
  };
  return mostGb === null
    ? [
        openItem(
          base,
          "Kafka ceiling",
          "nothing limits what is produced, and the usage file declares no maximumGbPerDay",
        ),
      ]
    : [declaredItem(base, cost(CEILING_HOURS, mostGb, CEILING_DAYS), "what is produced to Kafka")];
}
