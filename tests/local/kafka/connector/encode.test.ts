import fc from "fast-check";
import type { ConnectorConfig } from "../../../../local/kafka/connector/config.ts";
import { ConversionError } from "../../../../local/kafka/connector/convert.ts";
import { contextOf } from "../../../../local/kafka/connector/dead-letters.ts";
import { encodeRow, type SourceRecord } from "../../../../local/kafka/connector/encode.ts";

const CONFIG: ConnectorConfig = {
  name: "c",
  topics: ["events"],
  tables: { events: "EVENTS" },
  url: "",
  user: "",
  privateKey: "",
  privateKeyPassphrase: undefined,
  role: undefined,
  database: "RAW",
  schema: "PRODUCT",
  keyConverter: "string",
  valueConverter: "json",
  schematization: false,
  onNull: "default",
  tolerance: "all",
  deadLetters: undefined,
  metadata: { topic: true, offsetAndPartition: true, createTime: true, pushTime: true },
  offsetReset: "earliest",
};

function record(value: string | Buffer | null, over: Partial<SourceRecord> = {}): SourceRecord {
  return {
    topic: "events",
    partition: 2,
    offset: 9007199254740993n,
    timestamp: 1700000000000n,
    timestampType: "CreateTime",
    key: null,
    value: value === null ? null : Buffer.from(value as string),
    headers: [],
    ...over,
  };
}

test("a row is the record's value and where it comes from", () => {
  const line = encodeRow(
    CONFIG,
    record('{"a":1}', { key: Buffer.from("k"), headers: [[Buffer.from("h"), Buffer.from("v")]] }),
    5,
  );
  expect(line).toBe(
    '{"RECORD_CONTENT":{"a":1},"RECORD_METADATA":{"topic":"events","offset":9007199254740993,"partition":2,' +
      '"CreateTime":1700000000000,"SnowflakeConnectorPushTime":5,"key":"k","headers":{"h":"v"}}}',
  );
});

test("the broker's time has its own name", () => {
  expect(encodeRow(CONFIG, record("1", { timestampType: "LogAppendTime" }), 5)).toContain(
    '"LogAppendTime":1700000000000',
  );
});

test("numbers keep their digits, and a record that spans lines becomes one line", () => {
  expect(encodeRow(CONFIG, record('{"n":12345678901234567890.10}'), 5)).toContain("12345678901234567890.10");
  expect(encodeRow(CONFIG, record('{\n "a": 1\n}'), 5)).toContain('"RECORD_CONTENT":{"a":1}');
});

test("any value comes through on one line", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = encodeRow(CONFIG, record(JSON.stringify(value, null, 1)), 5)!;
      expect(line).not.toContain("\n");
      expect((JSON.parse(line) as { RECORD_CONTENT: unknown }).RECORD_CONTENT).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
    { seed: 7, numRuns: 200 },
  );
});

test("a record without a value is a row without content, or none when such are ignored", () => {
  for (const value of [null, "null"]) {
    expect(encodeRow(CONFIG, record(value), 5)).toContain('"RECORD_CONTENT":null');
    expect(encodeRow({ ...CONFIG, onNull: "ignore" }, record(value), 5)).toBeUndefined();
  }
});

test("with schematization the keys are columns", () => {
  const config = { ...CONFIG, schematization: true, metadata: undefined };
  expect(encodeRow(config, record('{"a":1,"b":{"c":2}}'), 5)).toBe('{"a":1,"b":{"c":2}}');
  expect(encodeRow({ ...CONFIG, schematization: true }, record("{}"), 5)).toMatch(/^{"RECORD_METADATA":{/);
});

test("the string converter takes whatever it is", () => {
  const config: ConnectorConfig = { ...CONFIG, valueConverter: "string" };
  expect(encodeRow(config, record('{"half":'), 5)).toContain('"RECORD_CONTENT":"{\\"half\\":"');
});

test.each([
  ["half a record", '{"a":'],
  ["nothing", ""],
  ["bytes that are no text", Buffer.from([0x7b, 0xff, 0x7d])],
])("%s is a conversion error", (_, value) => {
  expect(() => encodeRow(CONFIG, record(value), 5)).toThrow(ConversionError);
});

test("a dead letter tells where it comes from, as Kafka Connect does", () => {
  expect(contextOf("c", record("{"), new ConversionError("VALUE", "json", "not JSON: x"))).toMatchObject({
    topic: "events",
    partition: "2",
    offset: "9007199254740993",
    "connector.name": "c",
    stage: "VALUE_CONVERTER",
    "class.name": "org.apache.kafka.connect.json.JsonConverter",
    "exception.class.name": "org.apache.kafka.connect.errors.DataException",
    "exception.message": expect.stringContaining("not JSON: x"),
  });
});
