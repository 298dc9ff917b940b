/**
 * Keys that a JSON text gives twice in one object. PARSE_JSON refuses them, or keeps the last with 'd'. Texts that are
 * no JSON are let through: the parser itself says what is wrong with them. Source: "PARSE_JSON".
 */
interface Member {
  key: string;
  /** Offset of the key's quote. */
  start: number;
}

export interface DuplicateKey {
  key: string;
  /** Offset behind the repeated key. */
  position: number;
}

const OPEN = /[{[]/;
const CLOSE = /[}\]]/;

/** The first key that stands twice in its object, or null. */
export function duplicateKey(json: string): DuplicateKey | null {
  let found: DuplicateKey | null = null;
  scan(json, (members, key, position) => {
    if (found === null && members.some((member) => member.key === key)) found = { key, position };
  });
  return found;
}

/** The text with the last of each object's repeated keys only. */
export function lastKeys(json: string): string {
  const gone: { start: number; end: number }[] = [];
  scan(
    json,
    () => {},
    (members) => {
      members.forEach((member, at) => {
        if (members.slice(at + 1).some(({ key }) => key === member.key))
          gone.push({ start: member.start, end: members[at + 1]!.start });
      });
    },
  );
  gone.sort((a, b) => a.start - b.start);
  let text = "";
  let from = 0;
  for (const { start, end } of gone) {
    if (start < from) continue;
    text += json.slice(from, start);
    from = end;
  }
  return text + json.slice(from);
}

/** Walks the text: `onKey` before a key joins its object's members, `onObject` when an object ends. */
function scan(
  json: string,
  onKey: (members: readonly Member[], key: string, position: number) => void,
  onObject: (members: readonly Member[]) => void = () => {},
): void {
  /** Members of the objects that are open; null for an array. */
  const open: (Member[] | null)[] = [];
  let expectsKey = false;
  for (let at = 0; at < json.length; at++) {
    const c = json[at]!;
    if (c === '"') {
      const end = stringEnd(json, at);
      const members = open.at(-1);
      if (expectsKey && members) {
        const key = keyText(json.slice(at, end));
        onKey(members, key, end);
        members.push({ key, start: at });
        expectsKey = false;
      }
      at = end - 1;
    } else if (OPEN.test(c)) {
      open.push(c === "{" ? [] : null);
      expectsKey = c === "{";
    } else if (CLOSE.test(c)) {
      const members = open.pop();
      if (members) onObject(members);
      expectsKey = false;
    } else if (c === ",") expectsKey = open.at(-1) != null;
  }
}

/** Offset behind the string that starts at the quote. */
function stringEnd(json: string, quote: number): number {
  for (let at = quote + 1; at < json.length; at++) {
    if (json[at] === "\\") at++;
    else if (json[at] === '"') return at + 1;
  }
  return json.length;
}

function keyText(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
