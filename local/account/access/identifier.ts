/** Identifier rules. Source: Snowflake documentation, "Identifier requirements". */

const isPlainStart = (c: string) => (c >= "A" && c <= "Z") || c === "_";
const isPlainPart = (c: string) => isPlainStart(c) || (c >= "0" && c <= "9") || c === "$";

/** Can the stored name be written without quotes? */
export function isPlainIdentifier(name: string): boolean {
  if (name === "" || !isPlainStart(name[0]!)) return false;
  for (const c of name) if (!isPlainPart(c)) return false;
  return true;
}

/** A stored name as SHOW GRANTS and GET_DDL write it: quoted only where it must be. */
export function printIdentifier(name: string): string {
  return isPlainIdentifier(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export const printName = (parts: readonly string[]): string => parts.map(printIdentifier).join(".");

/**
 * Splits a name written in a string (`DEFAULT_NAMESPACE = 'db.schema'`, arguments of SYSTEM$ functions) into stored
 * parts: unquoted ones upper-cased. An empty middle part is what `db..table` means. Undefined when malformed.
 */
export function parseName(text: string): string[] | undefined {
  const parts: string[] = [];
  let i = 0;
  const source = text.trim();
  for (;;) {
    let part = "";
    if (source[i] === '"') {
      i++;
      for (;;) {
        if (i >= source.length) return undefined;
        if (source[i] === '"') {
          if (source[i + 1] !== '"') break;
          i++;
        }
        part += source[i++];
      }
      i++;
      if (part === "") return undefined;
    } else {
      while (i < source.length && source[i] !== "." && source[i] !== '"') part += source[i++];
      part = part.trim().toUpperCase();
      if (part.includes(" ")) return undefined;
    }
    parts.push(part);
    if (i >= source.length) break;
    if (source[i] !== ".") return undefined;
    i++;
  }
  return parts.every((part, index) => part !== "" || (index > 0 && index < parts.length - 1))
    ? parts
    : undefined;
}
