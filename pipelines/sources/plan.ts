/** The enabled sources as parts of the platform. */
import type { StackConfig } from "../../infra/config/schema.ts";
import { didYouMean, type Problems } from "../../infra/errors.ts";
import type { Names, ObjectName } from "../../infra/names.ts";
import type { Acl, Connector, Pipe, Table, Topic } from "../../infra/platform.ts";
import type { Relation } from "../sql/relation.ts";
import { filePipe, fileTable } from "./files.ts";
import type { FileSource, Source, TopicSource } from "./source.ts";
import { aclsOf, connectorsOf, topicsOf, topicTables } from "./topics.ts";

export interface PlannedSources {
  files: FileSource[];
  topics: TopicSource[];
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
  const running = config.kafka.enabled ? topics : [];
  const connectors = running.map((source) => ({
    source,
    connectors: connectorsOf(source, context.connectorLogin, names),
  }));
  return {
    files,
    topics,
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
