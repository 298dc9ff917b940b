import { derive, type Figure, noPrice, product, sum } from "../figure.ts";
import { type PriceBook, type PriceQuery, priceOf, tiersOf } from "../price-book.ts";

/** USD a month for GB held in one S3 class; a class with tiers is charged tier by tier. */
export function s3Storage(book: PriceBook, storageClass: string, gb: Figure, where: PriceQuery): Figure {
  const label = `S3 ${storageClass}`;
  const price = priceOf(book, "aws.s3.storage", { ...where, variant: storageClass });
  const tiers = tiersOf(book, "aws.s3.storage", { ...where, variant: storageClass });
  if (!tiers) return product(label, "USD", [gb, price]);
  return derive(
    label,
    "USD",
    `Σ tiers GB × price (${tiers.map((tier) => tier.value).join(", ")})`,
    [gb, price],
    (amount) => {
      let below = 0;
      let usd = 0;
      for (const tier of tiers) {
        const upTo = tier.upTo ?? Number.MAX_VALUE;
        usd += Math.max(0, Math.min(amount, upTo) - below) * tier.value;
        below = upTo;
      }
      return usd;
    },
  );
}

/** USD a month for PUT requests into a class. */
export const s3Puts = (book: PriceBook, storageClass: string, requests: Figure, where: PriceQuery): Figure =>
  derive(
    `PUT ${storageClass}`,
    "USD",
    "requests × price / 1,000",
    [requests, priceOf(book, "aws.s3.put", { ...where, variant: storageClass })],
    (count, price) => (count * price) / 1000,
  );

/** USD a month for GET requests, e.g. each file that a pipe reads. */
export const s3Gets = (book: PriceBook, requests: Figure, where: PriceQuery): Figure =>
  derive(
    "GET",
    "USD",
    "requests × price / 1,000",
    [requests, priceOf(book, "aws.s3.get", where)],
    (count, price) => (count * price) / 1000,
  );

/** USD a month for secrets and the requests for them. */
export const secretsCost = (book: PriceBook, secrets: Figure, requests: Figure, where: PriceQuery): Figure =>
  sum("Secrets Manager", "USD", [
    product("secrets", "USD", [secrets, priceOf(book, "aws.secrets.secret", where)]),
    derive(
      "requests",
      "USD",
      "requests × price / 10,000",
      [requests, priceOf(book, "aws.secrets.request", where)],
      (count, price) => (count * price) / 10_000,
    ),
  ]);

/** USD a month for log lines: taken in, and kept. */
export const logsCost = (book: PriceBook, gb: Figure, gbHeld: Figure, where: PriceQuery): Figure =>
  sum("CloudWatch Logs", "USD", [
    product("taken in", "USD", [gb, priceOf(book, "aws.logs.ingestion", where)]),
    product("kept", "USD", [gbHeld, priceOf(book, "aws.logs.storage", where)]),
  ]);

/** USD a month for a flow of AppFlow: its runs, and what it carries. Only what flows into AWS has a known price. */
export const appFlowCost = (
  book: PriceBook,
  way: "into-aws" | "out-of-aws",
  runs: Figure,
  gb: Figure,
  where: PriceQuery,
): Figure =>
  sum("AppFlow", "USD", [
    product("runs", "USD", [runs, priceOf(book, "aws.appflow.run", where)]),
    product("data", "USD", [gb, priceOf(book, "aws.appflow.data", { ...where, variant: way })]),
  ]);

/** USD a month for reading back from an archive class. The price book has no retrieval prices: nothing read is free, anything else has no price. */
export const s3Retrieval = (storageClass: string, gb: Figure): Figure =>
  gb.value.kind === "number" && gb.value.number === 0
    ? product(`retrieval ${storageClass}`, "USD", [gb])
    : noPrice(
        `retrieval ${storageClass}`,
        "USD",
        `the price book has no retrieval price for ${storageClass}`,
      );

/** USD a month for requests that are priced per million (SQS, SNS). */
export const perMillion = (
  book: PriceBook,
  id: string,
  label: string,
  requests: Figure,
  query: PriceQuery,
): Figure =>
  derive(
    label,
    "USD",
    "requests × price / 1,000,000",
    [requests, priceOf(book, id, query)],
    (count, price) => (count * price) / 1e6,
  );

/** USD a month for transfer per GB. */
export const awsTransfer = (
  book: PriceBook,
  way: "internet" | "inter-region" | "intra-region",
  gb: Figure,
  where: PriceQuery,
): Figure =>
  product(`transfer ${way}`, "USD", [gb, priceOf(book, "aws.transfer", { ...where, variant: way })]);

/** USD a month for a KMS key and its requests. */
export const kmsCost = (book: PriceBook, keys: Figure, requests: Figure, where: PriceQuery): Figure =>
  sum("KMS", "USD", [
    product("keys", "USD", [keys, priceOf(book, "aws.kms.key", where)]),
    derive(
      "requests",
      "USD",
      "requests × price / 10,000",
      [requests, priceOf(book, "aws.kms.request", where)],
      (count, price) => (count * price) / 10_000,
    ),
  ]);

/** A month of an MSK Serverless cluster: hours, partitions, GB in, GB out, GB held, MCU-hours of MSK Connect. */
export interface KafkaMonth {
  hours: Figure;
  partitions: Figure;
  gbIn: Figure;
  gbOut: Figure;
  gbHeld: Figure;
  connectHours: Figure;
}

/** Formula 10 for Kafka, USD a month: 0.75 H + 0.0015 × partitions × H + data in, out, held + MSK Connect. */
export const mskServerless = (book: PriceBook, month: KafkaMonth, where: PriceQuery): Figure[] => [
  product("MSK cluster", "USD", [month.hours, priceOf(book, "aws.msk.cluster", where)]),
  product("MSK partitions", "USD", [
    month.partitions,
    month.hours,
    priceOf(book, "aws.msk.partition", where),
  ]),
  product("MSK data in", "USD", [month.gbIn, priceOf(book, "aws.msk.in", where)]),
  product("MSK data out", "USD", [month.gbOut, priceOf(book, "aws.msk.out", where)]),
  product("MSK storage", "USD", [month.gbHeld, priceOf(book, "aws.msk.storage", where)]),
  product("MSK Connect", "USD", [month.connectHours, priceOf(book, "aws.msk.connect", where)]),
];
