/** Ranges of IPv4 addresses as network rules take them. */
import { isIPv4 } from "node:net";

/**
 * What is wrong with a range, or undefined. One address, or the first of a range with its length. A range of the whole
 * Internet is no range, and one that does not begin where it says was meant as something else.
 */
export function cidrProblem(text: string): { message: string; allowed: string } | undefined {
  const form = {
    message: "is no range of IPv4 addresses",
    allowed: 'such as "203.0.113.7" or "203.0.113.0/24"',
  };
  const [address = "", bits, ...more] = text.split("/");
  if (more.length > 0 || !isIPv4(address)) return form;
  if (bits === undefined) return undefined;
  const length = Number(bits);
  if (bits === "" || String(length) !== bits || !Number.isInteger(length) || length > 32) return form;
  if (length < 8) return { message: "is too wide to keep anybody out", allowed: "a length of 8 to 32" };
  const first = startOf(address, length);
  if (first !== address)
    return { message: "does not begin where its range does", allowed: `"${first}/${length}"` };
  return undefined;
}

/** The first address of the range of `length` bits that an address is in. */
function startOf(address: string, length: number): string {
  const value = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - length);
  const start = value - (value % size);
  return [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".");
}
