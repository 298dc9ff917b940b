/** Cents as a decimal with two places, exactly. */
export function decimal(cents: bigint): string {
  const sign = cents < 0n ? "-" : "";
  const size = cents < 0n ? -cents : cents;
  return `${sign}${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
}
