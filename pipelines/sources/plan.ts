/** The enabled sources as parts of the platform. */
import type { StackConfig } from "../../infra/config/schema.ts";
import { didYouMean, type Problems } from "../../infra/errors.ts";
import type { Names, ObjectName } from "../../infra/names.ts";
import type { Acl, Connector, Pipe, SourcePlan, Table, Topic } from "../../infra/platform.ts";
import { DURATION_FORM, parseDuration } from "../../infra/units.ts";
import type { Relation } from "../sql/relation.ts";
import { type ContractedTable, soundConditions } from "./contract.ts";
import { filePipe, fileTable } from "./files.ts";
import { claimsOf, refuseOverlaps } from "./overlap.ts";
import {
  type DocumentSource,
  type FileSource,
  type LoaderSource,
  labelOf,
  type Source,
  type TopicSource,
} from "./source.ts";
import { aclsOf, connectorsOf, topicsOf, topicTables } from "./topics.ts";

export interface PlannedSources {
  files: FileSource[];
  topics: TopicSource[];
  documents: DocumentSource[];
  loaders: LoaderSource[];
  /** Schemas of sources that exist and that this stack leaves out, as models write them: `raw.marketing`. */
  absent: string[];
  contracted: ContractedTable[];
  plans: SourcePlan[];
  tables: Table[];
  pipes: Pipe[];
  kafka: { topics: Topic[]; acls: Acl[]; connectors: Connector[] };
}

export interface SourceContext {
  config: StackConfig;
  names: Names;
  stackFile: string;
  stage: ObjectName;
  format: ObjectName;
  /** As whom the connectors log in to Snowflake. */
  connectorLogin: { user: string; role: string };
  problems: Problems;
}

export function planSources(sources: readonly Source[], context: SourceContext): PlannedSources {
  const { config, names } = context;
  const enabled = chosen(sources, context);
  const files = enabled.filter((source) => source.kind === "files");
  const topics = enabled.filter((source) => source.kind === "topic");
  const documents = enabled.filter((source) => source.kind === "documents");
  const loaders = enabled.filter((source) => source.kind === "loader");
  refuseOverlaps(
    claimsOf([...files, ...documents]),
    config.landing.notifications,
    context.stackFile,
    context.problems,
  );
  const running = config.kafka.enabled ? topics : [];
  const connectors = running.map((source) => ({
    source,
    connectors: connectorsOf(source, context.connectorLogin, names),
  }));
  return {
    files,
    topics,
    documents,
    loaders,
    absent: sources.filter((source) => !enabled.includes(source)).map((source) => `raw.${source.key}`),
    contracted: contractedTables(files, topics, names),
    plans: enabled.map((source) => planOf(source, context)),
    tables: [
      ...files.flatMap((source) => source.objects.map((object) => fileTable(source, object, names))),
      ...topics.flatMap((source) => topicTables(source, names)),
    ],
    pipes: files.flatMap((source) =>
      source.objects.map((object) => filePipe(source, object, context.stage, context.format, names)),
    ),
    kafka: {
      topics: running.flatMap((source) => topicsOf(source, config.kafka)),
      acls: connectors.flatMap((one) => aclsOf(one.source, one.connectors)),
      connectors: connectors.flatMap((one) => one.connectors),
    },
  };
}

function chosen(sources: readonly Source[], { config, stackFile, problems }: SourceContext): Source[] {
  const known = sources.map((source) => source.key);
  for (const key of config.sources) {
    if (known.includes(key)) continue;
    problems.add({
      code: "SOURCE",
      file: stackFile,
      path: "firn:sources",
      message: `there is no source ${key}`,
      allowed: known.join(", "),
      hint: didYouMean(key, known),
    });
  }
  return sources.filter((source) => config.sources.includes(source.key));
}

function contractedTables(
  files: readonly FileSource[],
  topics: readonly TopicSource[],
  names: Names,
): ContractedTable[] {
  return [
    ...files.flatMap((source) =>
      source.objects.flatMap((object): ContractedTable[] =>
        object.contract === undefined
          ? []
          : [
              {
                label: labelOf(source, object.name, object.label),
                logical: `raw.${source.key}.${object.name}`,
                object: names.object({ database: "raw", schema: source.key, name: object.name }),
                record: "record",
                contract: object.contract,
              },
            ],
      ),
    ),
    ...topics.flatMap((source): ContractedTable[] =>
      source.contract === undefined
        ? []
        : [
            {
              label: labelOf(source, source.table, source.label),
              logical: `raw.${source.key}.${source.table}`,
              object: names.object({ database: "raw", schema: source.key, name: source.table }),
              record: "record_content",
              contract: source.contract,
              deadLetters: `raw.${source.key}.${source.deadLetters}`,
            },
          ],
    ),
  ];
}

function planOf(source: Source, { config, stackFile, problems }: SourceContext): SourcePlan {
  const duration = (setting: "freshness" | "keep"): number | undefined => {
    const text = source[setting];
    const seconds = text === undefined ? undefined : parseDuration(text);
    if (text !== undefined && seconds === undefined)
      problems.add({
        code: "SOURCE",
        file: stackFile,
        path: "firn:sources",
        message: `the ${setting} of ${source.key} is not a duration`,
        given: JSON.stringify(text),
        allowed: DURATION_FORM,
      });
    return seconds;
  };
  const freshness = duration("freshness");
  const keep = duration("keep");
  if (keep !== undefined && source.kind !== "files" && source.kind !== "topic")
    problems.add({
      code: "SOURCE",
      file: stackFile,
      path: "firn:sources",
      message: `the source ${source.key} has no rows of ours to delete`,
      hint: "`keep` is for sources of files and topics.",
    });
  const flows =
    source.kind === "files" &&
    source.flow !== undefined &&
    config.flows?.connections[source.flow.connector] !== undefined;
  return {
    key: source.key,
    description: source.description,
    owner: source.owner ?? "data",
    wayIn: flows ? "flow" : source.kind,
    freshness,
    ...(keep === undefined ? {} : { keep }),
    objects: objectsOf(source),
  };
}

function objectsOf(source: Source): SourcePlan["objects"] {
  const entry = (
    name: string,
    label: string | undefined,
    contract: ContractedTable["contract"] | undefined,
  ) => ({
    label: label ?? `${source.key}_${name}`,
    table: `raw.${source.key}.${name}`,
    ...(contract === undefined
      ? {}
      : {
          key: contract.key,
          time: contract.time,
          ...(contract.fields === undefined ? {} : { fields: { ...contract.fields } }),
          drift: contract.drift ?? ("absorb" as const),
        }),
  });
  switch (source.kind) {
    case "files":
      return source.objects.map((object) => entry(object.name, object.label, object.contract));
    case "topic":
      return [entry(source.table, source.label, source.contract)];
    case "documents":
    case "loader":
      return [{ label: source.key }];
  }
}

/** Raw tables as what models read, with the conditions of their contracts. */
export function rawRelations({
  tables,
  contracted,
}: Pick<PlannedSources, "tables" | "contracted">): Relation[] {
  const byTable = new Map(contracted.map((table) => [table.logical, table]));
  return tables.map((table) => {
    const contract = byTable.get(table.logical);
    return {
      ...relationOfTable(table),
      ...(contract === undefined ? {} : { guard: (alias: string) => soundConditions(contract, alias) }),
    };
  });
}

export const relationOfTable = (table: Table): Relation => ({
  logical: table.logical,
  object: { database: table.database, schema: table.schema, name: table.name },
  columns: new Map(
    table.columns.map((column) => [
      column.name,
      { name: column.name, type: column.type, nullable: column.nullable },
    ]),
  ),
  insertOnly: table.insertOnly,
  key: [],
});
