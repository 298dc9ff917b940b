import { z } from "zod";

const amounts = z.record(z.string(), z.number().nonnegative()).default({});

const measuredSchema = z.strictObject({
  /** Where it was read: `rehearsal ledger`, `ACCOUNT_USAGE of account …`. */
  title: z.string().min(1),
  from: z.iso.date(),
  /** Exclusive. */
  to: z.iso.date(),
  /** Credits of compute by warehouse name, over the period. */
  warehouseCredits: amounts,
  /** Credits of cloud services over the period, before the allowance. */
  cloudServicesCredits: z.number().nonnegative().optional(),
  /** GB loaded by pipe name, over the period. */
  pipeGb: amounts,
  /** Bytes held by table (logical name) at the end, Time Travel and fail-safe apart. */
  tableBytes: amounts,
});

/** What a rehearsal's ledger or an account's metering history says of a period. */
export type Measured = z.infer<typeof measuredSchema>;

export const parseMeasured = (data: unknown): Measured => measuredSchema.parse(data);

/** Days that the measurement covers; at least one. */
export const measuredDays = (measured: Measured): number =>
  Math.max(1, (Date.parse(measured.to) - Date.parse(measured.from)) / 86_400_000);

/** Forecast beside measurement for one thing, both a month's. */
export interface MeasuredDifference {
  name: string;
  unit: string;
  forecast: number;
  measured: number;
  difference: number;
}

export const difference = (
  name: string,
  unit: string,
  forecast: number,
  measured: number,
): MeasuredDifference => ({
  name,
  unit,
  forecast,
  measured,
  difference: measured - forecast,
});
