import { type Figure, product, sum } from "../figure.ts";
import { type PriceBook, priceOf } from "../price-book.ts";

/** Formula 8, credits a month: GB × 0.0037 for Snowpipe and for high-performance Snowpipe Streaming. `gb` is a month's. */
export const ingestCredits = (
  book: PriceBook,
  kind: "pipe" | "streaming",
  label: string,
  gb: Figure,
): Figure => product(label, "credits", [gb, priceOf(book, `snowflake.${kind}`)]);

/** Classic Snowpipe Streaming, credits a month: compute-hours × 1 + client-hours × 0.01. */
export const classicStreamingCredits = (
  book: PriceBook,
  label: string,
  computeHours: Figure,
  clientHours: Figure,
): Figure =>
  sum(label, "credits", [
    product("compute", "credits", [computeHours, priceOf(book, "snowflake.streaming.classic")]),
    product("clients", "credits", [clientHours, priceOf(book, "snowflake.streaming.classic.client")]),
  ]);
