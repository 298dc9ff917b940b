import type { Consumer, RecordsBatch } from "@platformatic/kafka";
import type { SourceRecord } from "./encode.ts";

/** Bits of a batch's attributes. Source: Kafka's record batch format. */
const LOG_APPEND_TIME = 0x08;
const CONTROL = 0x20;

export type FetchResponse = Awaited<ReturnType<Consumer["fetch"]>>;

export interface FetchedPartition {
  partition: number;
  end: bigint;
  records: Iterable<SourceRecord>;
  /** The offset after everything that was fetched; undefined when nothing was. */
  next: bigint | undefined;
}

/** The partitions of a topic in a fetch response. */
export function* fetchedPartitions(
  response: FetchResponse,
  topicId: string,
  topic: string,
): Generator<FetchedPartition> {
  for (const found of response.responses) {
    if (found.topicId !== topicId) continue;
    for (const { partitionIndex, highWatermark, records } of found.partitions) {
      const batches = records ?? [];
      const last = batches.at(-1);
      yield {
        partition: partitionIndex,
        end: highWatermark,
        records: recordsOf(batches, topic, partitionIndex),
        next: last ? last.firstOffset + BigInt(last.lastOffsetDelta) + 1n : undefined,
      };
    }
  }
}

function* recordsOf(
  batches: readonly RecordsBatch[],
  topic: string,
  partition: number,
): Generator<SourceRecord> {
  for (const batch of batches) {
    if (batch.attributes & CONTROL) continue;
    const appended = (batch.attributes & LOG_APPEND_TIME) !== 0;
    for (const record of batch.records) {
      yield {
        topic,
        partition,
        offset: batch.firstOffset + BigInt(record.offsetDelta),
        timestamp: appended ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta,
        timestampType: appended ? "LogAppendTime" : "CreateTime",
        key: record.key,
        value: record.value,
        headers: record.headers,
      };
    }
  }
}
