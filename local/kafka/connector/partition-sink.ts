import type { ConnectorConfig } from "./config.ts";
import { ConversionError } from "./convert.ts";
import type { DeadLetter, DeadLetterQueue } from "./dead-letters.ts";
import { encodeRow, type SourceRecord } from "./encode.ts";
import type { PartitionStatus } from "./status.ts";
import type { ChannelAddress, StreamingClient } from "./streaming-client.ts";

/** Characters of one request, of at most three bytes each; the account takes 16 MB. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** What may wait in memory for one partition before it is not fetched any more. */
const MAX_PENDING_BYTES = 2 * CHUNK_BYTES;

interface Chunk {
  lines: string[];
  bytes: number;
  deadLetters: DeadLetter[];
  skipped: number;
  /** Offset of the last record that is in it, as a row or otherwise. */
  last: bigint;
}

/** A record that the configuration does not tolerate; the connector stops at it. */
export class IntolerableRecordError extends Error {}

/**
 * The way of one partition into its channel. Rows wait in chunks while a request is under way; a chunk's rows and its
 * last offset are committed together, its dead letters before that. After any failure the channel is opened again and
 * tells from where to go on, so that a row is written once whatever was cut off.
 */
export class PartitionSink {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to fetch; another after a failure. */
  fetchOffset = 0n;
  private readonly config: ConnectorConfig;
  private readonly client: StreamingClient;
  private readonly deadLetters: DeadLetterQueue | undefined;
  private readonly address: ChannelAddress;
  private continuationToken = "";
  private chunks: Chunk[] = [];
  private sending = false;
  private position = 0n;
  private end = 0n;
  private readonly counts = { rows: 0, deadLetters: 0, skipped: 0, bytes: 0 };
  /** What went wrong in the background since the channel was opened. */
  failure: unknown;
  /** Called when a request has ended, well or not. */
  onSettled: () => void = () => undefined;

  constructor(
    config: ConnectorConfig,
    client: StreamingClient,
    deadLetters: DeadLetterQueue | undefined,
    topic: string,
    partition: number,
  ) {
    this.config = config;
    this.client = client;
    this.deadLetters = deadLetters;
    this.topic = topic;
    this.partition = partition;
    this.address = {
      database: config.database,
      schema: config.schema,
      pipe: `${config.tables[topic]}-STREAMING`,
      channel: channelName(config.name, topic, partition),
    };
  }

  /** Opens the channel and goes to after its last committed offset; else to where the group was, else to the start. */
  async open(groupOffset: bigint | undefined, start: bigint): Promise<void> {
    const { continuationToken, offsetToken } = await this.client.open(this.address);
    this.continuationToken = continuationToken;
    this.chunks = [];
    this.failure = undefined;
    const committed =
      offsetToken !== null && /^\d+$/.test(offsetToken) ? BigInt(offsetToken) + 1n : undefined;
    this.fetchOffset = committed ?? groupOffset ?? start;
    this.position = this.fetchOffset;
  }

  /** Goes on counting where the sink of this partition before a failure stopped. */
  continueCounts(before: readonly PartitionSink[]): void {
    const same = before.find(({ topic, partition }) => topic === this.topic && partition === this.partition);
    if (!same) return;
    Object.assign(this.counts, same.counts);
    this.end = same.end;
  }

  /** Goes on at a later offset, where those before it do not exist any more. */
  skipTo(offset: bigint): void {
    this.fetchOffset = offset;
    this.position = offset;
  }

  /** What waits to be sent, in characters. */
  get pending(): number {
    return this.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get isFull(): boolean {
    return this.pending >= MAX_PENDING_BYTES;
  }

  get isIdle(): boolean {
    return !this.sending && this.chunks.length === 0;
  }

  /** The next offset of which everything before it is done. */
  get committed(): bigint {
    return this.position;
  }

  setEnd(end: bigint): void {
    this.end = end;
  }

  /** Takes the next records, in order; throws IntolerableRecordError. `next` is the offset after the last of them. */
  push(records: Iterable<SourceRecord>, next: bigint, now: number): void {
    for (const record of records) {
      if (record.offset < this.fetchOffset) continue;
      this.encode(record, now);
      this.fetchOffset = record.offset + 1n;
    }
    // Behind the last record there may be offsets without any: a transaction's marker, or compaction.
    if (next > this.fetchOffset) {
      this.chunk().last = next - 1n;
      this.fetchOffset = next;
    }
    this.drain();
  }

  status(): PartitionStatus {
    const position = Number(this.position);
    const end = Math.max(Number(this.end), position);
    return {
      topic: this.topic,
      partition: this.partition,
      position,
      end,
      lag: end - position,
      ...this.counts,
    };
  }

  private encode(record: SourceRecord, now: number): void {
    let line: string | undefined;
    let letter: DeadLetter | undefined;
    try {
      line = encodeRow(this.config, record, now);
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      if (this.config.tolerance === "none") {
        throw new IntolerableRecordError(
          `${this.topic}-${this.partition} offset ${record.offset}: ${error.message} (errors.tolerance is none)`,
        );
      }
      letter = { record, error };
    }
    const chunk = this.chunk();
    chunk.last = record.offset;
    if (line !== undefined) {
      chunk.lines.push(line);
      chunk.bytes += line.length + 1;
    } else {
      chunk.skipped += 1;
      // Without a queue a tolerated error is left out, as Kafka Connect does.
      if (letter && this.deadLetters) {
        chunk.deadLetters.push(letter);
        chunk.bytes += record.value?.length ?? 0;
      }
    }
  }

  /** The chunk that records go to; a new one when the last is full. */
  private chunk(): Chunk {
    const last = this.chunks.at(-1);
    if (last && last.bytes < CHUNK_BYTES) return last;
    const chunk: Chunk = { lines: [], bytes: 0, deadLetters: [], skipped: 0, last: -1n };
    this.chunks.push(chunk);
    return chunk;
  }

  private drain(): void {
    if (this.sending || this.failure !== undefined) return;
    const chunk = this.chunks.shift();
    if (!chunk) return;
    this.sending = true;
    this.write(chunk)
      .catch((error: unknown) => {
        this.failure = error ?? new Error("unknown");
      })
      .finally(() => {
        this.sending = false;
        this.onSettled();
        this.drain();
      });
  }

  private async write(chunk: Chunk): Promise<void> {
    if (chunk.deadLetters.length > 0) await this.deadLetters?.send(chunk.deadLetters);
    if (chunk.lines.length > 0) {
      const rows = Buffer.from(`${chunk.lines.join("\n")}\n`);
      this.continuationToken = await this.client.append(
        this.address,
        this.continuationToken,
        String(chunk.last),
        rows,
      );
      this.counts.bytes += rows.length;
    }
    this.position = chunk.last + 1n;
    this.counts.rows += chunk.lines.length;
    this.counts.deadLetters += chunk.deadLetters.length;
    this.counts.skipped += chunk.skipped - chunk.deadLetters.length;
  }
}

/** One channel for each partition, stable over restarts. */
export function channelName(connector: string, topic: string, partition: number): string {
  return `${connector}_${topic}_${partition}`.replace(/[^A-Za-z0-9_$.-]/g, "_");
}
