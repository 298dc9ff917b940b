/** Pixels of a letter, generously: fonts differ from machine to machine. Capitals, and narrow letters apart. */
const BOLD = { capital: 9.2, narrow: 5, other: 7.9 };
const PLAIN = { capital: 8.4, narrow: 4.4, other: 7.2 };
type Letters = typeof BOLD;

const widthIn = (text: string, letters: Letters): number =>
  [...text].reduce(
    (sum, letter) =>
      sum +
      (/[A-Zmw_@&%<>]/.test(letter)
        ? letters.capital
        : /[.,:;!'|ijltfr()[\] ]/.test(letter)
          ? letters.narrow
          : letters.other),
    0,
  );

/** How wide a bold title of 12 pixels is at most. */
export const titleWidth = (text: string): number => widthIn(text, BOLD);

/** A title of at most so many pixels: cut at its beginning, for names are told apart by their ends. */
export const fittingTitle = (text: string, most: number): string => within(text, most, BOLD);
/** The same for plain text. */
export const fittingText = (text: string, most: number): string => within(text, most, PLAIN);

function within(text: string, most: number, letters: Letters): string {
  if (widthIn(text, letters) <= most) return text;
  const mark = "…";
  let start = 1;
  while (start < text.length && widthIn(`${mark}${text.slice(start)}`, letters) > most) start++;
  return `${mark}${text.slice(start)}`;
}
