import type { KafkaRecord } from "@platformatic/kafka";
import type { ConnectorConfig } from "./config.ts";
import { convert } from "./convert.ts";

/** A record of a topic, as it was fetched. */
export interface SourceRecord {
  topic: string;
  partition: number;
  offset: bigint;
  /** Milliseconds since the epoch. */
  timestamp: bigint;
  timestampType: "CreateTime" | "LogAppendTime";
  key: Buffer | null;
  value: Buffer | null;
  headers: KafkaRecord["headers"];
}

/**
 * The row of a record as one line of JSON, or undefined for a record that is left out (no value, and told to ignore
 * such). RECORD_METADATA has the names that Snowflake's connector gives. Throws ConversionError.
 */
export function encodeRow(config: ConnectorConfig, record: SourceRecord, now: number): string | undefined {
  const key = convert(config.keyConverter, record.key, "KEY");
  const value = convert(config.valueConverter, record.value, "VALUE");
  if (value === null && config.onNull === "ignore") return undefined;
  const metadata = config.metadata ? encodeMetadata(config.metadata, record, key, now) : undefined;
  const columns = config.schematization ? schematized(value) : `"RECORD_CONTENT":${value ?? "null"}`;
  if (metadata === undefined) return `{${columns}}`;
  return columns === "" ? `{"RECORD_METADATA":${metadata}}` : `{${columns},"RECORD_METADATA":${metadata}}`;
}

/** The members of an object; another value has no columns of its own. */
function schematized(value: string | null): string {
  const text = value?.trim() ?? "";
  return text.startsWith("{") ? text.slice(1, -1).trim() : "";
}

function encodeMetadata(
  wanted: NonNullable<ConnectorConfig["metadata"]>,
  record: SourceRecord,
  key: string | null,
  now: number,
): string {
  let text = "{";
  if (wanted.topic) text += `"topic":${JSON.stringify(record.topic)},`;
  if (wanted.offsetAndPartition) text += `"offset":${record.offset},"partition":${record.partition},`;
  if (wanted.createTime) text += `"${record.timestampType}":${record.timestamp},`;
  if (wanted.pushTime) text += `"SnowflakeConnectorPushTime":${now},`;
  if (key !== null) text += `"key":${key},`;
  if (record.headers.length > 0) {
    const headers = record.headers.map(
      ([name, value]) =>
        `${JSON.stringify(name?.toString() ?? "")}:${value === null ? "null" : JSON.stringify(value.toString())}`,
    );
    text += `"headers":{${headers.join(",")}},`;
  }
  return text.length > 1 ? `${text.slice(0, -1)}}` : "{}";
}
