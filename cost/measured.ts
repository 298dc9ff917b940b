import { z } from "zod";

const amounts = z.record(z.string(), z.number().nonnegative()).default({});

const measuredSchema = z.strictObject({
  /** Where it was read: `rehearsal ledger`, `ACCOUNT_USAGE of account …`. */
  title: z.string().min(1),
  /** A day or a moment (ISO 8601). */
  from: z.union([z.iso.date(), z.iso.datetime({ offset: true })]),
  /** Exclusive. */
  to: z.union([z.iso.date(), z.iso.datetime({ offset: true })]),
  /** What a reader must know of how it was measured, as part of a sentence. */
  note: z.string().optional(),
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

const DAY = 86_400_000;
const HOUR = 1 / 24;

/** Days that the measurement covers; at least an hour, the grain of metering. */
export const measuredDays = (measured: Measured): number =>
  Math.max(HOUR, (Date.parse(measured.to) - Date.parse(measured.from)) / DAY);

const hours = (count: number): string => `${count} hour${count === 1 ? "" : "s"}`;

/** Below this a month that is made of it says little. */
const ENOUGH_DAYS = 7;

/** What a reader must know of a short measurement; undefined where it is long enough. */
export function shortMeasurement(measured: Measured): string | undefined {
  const days = measuredDays(measured);
  if (days >= ENOUGH_DAYS) return undefined;
  const length = days >= 2 ? `${Math.round(days)} days` : hours(Math.round(days * 24));
  return `${measured.title} covers only ${length} (${measured.from} to ${measured.to}); a month made of it is an extrapolation`;
}

/** Everything that a reader must know of a measurement, as sentences without their full stop. */
export const measurementNotes = (measured: Measured): string[] =>
  [shortMeasurement(measured), measured.note && `${measured.title}: ${measured.note}`].filter(
    (note): note is string => note !== undefined,
  );

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
