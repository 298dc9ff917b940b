import { parseS3Event } from "../../../../local/account/ingest/s3-event.ts";

const record = (eventName: string, key: string) => ({
  eventName,
  eventTime: "2026-01-02T03:04:05.000Z",
  s3: { bucket: { name: "landing" }, object: { key, size: 12, eTag: '"abc"' } },
});

test("created objects, their keys decoded; removals and test events are passed over", () => {
  const body = JSON.stringify({
    Records: [
      record("ObjectCreated:Put", "a+b/c%3D1.json"),
      record("ObjectRemoved:Delete", "gone"),
      record("s3:ObjectCreated:Copy", "x"),
    ],
  });
  expect(parseS3Event(body).map(({ key }) => key)).toEqual(["a b/c=1.json", "x"]);
  expect(parseS3Event(body)[0]).toEqual({
    bucket: "landing",
    key: "a b/c=1.json",
    size: 12,
    etag: "abc",
    eventTime: Date.parse("2026-01-02T03:04:05Z"),
  });
  expect(parseS3Event(JSON.stringify({ Event: "s3:TestEvent" }))).toEqual([]);
});

test("an event inside of an SNS message; nonsense is none", () => {
  const inner = JSON.stringify({ Records: [record("ObjectCreated:Put", "k")] });
  expect(parseS3Event(JSON.stringify({ Type: "Notification", Message: inner }))).toHaveLength(1);
  for (const body of ["", "[]", "null", "{", '{"Records":5}']) expect(parseS3Event(body)).toEqual([]);
});
