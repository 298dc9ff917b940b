/** The command that a command line names: its first word that is neither an option nor an option's value. */
export function askedFor(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    if (words[at] === "--stack") at++;
    else if (!words[at]!.startsWith("-")) return words[at];
  }
  return undefined;
}
