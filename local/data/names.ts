/** Word lists, and names that are unique by construction. */

const FIRST_PART = (
  "North East West South Blue Red Green Silver Golden Iron Copper Bright Clear Deep High Long Swift Quiet Grand " +
  "True Open Prime Solid Fresh Maple Cedar Oak Birch Pine River Lake Ocean Harbor Summit Valley Meadow Stone " +
  "Granite Amber Coral Indigo Crimson Lunar Solar Polar Urban Rural Nova"
).split(" ");
const SECOND_PART = (
  "wind gate field bridge works soft data logic ware craft line point path port shore stream forge mill labs " +
  "peak ridge crest mark land trail view wave light cloud stack grid mesh loop spark seed root leaf branch " +
  "harvest health care pay bank trade cargo motion energy foods"
).split(" ");
const LEGAL_FORMS = [
  "Inc.",
  "Ltd",
  "GmbH",
  "LLC",
  "S.A.",
  "B.V.",
  "Oy",
  "AG",
  "& Söhne KG",
  "Pty Ltd",
  "Corp.",
];
const TOP_LEVEL = ["com", "com", "com", "com", "io", "net", "co.uk", "de", "com.au", "fr", "ca", "org"];

const GIVEN = (
  "Anna Ben Carla David Elena Felix Grace Hugo Ines Jonas Kira Liam Maya Noah Olga Paul Quinn Rosa Sam Tara Umar " +
  "Vera Will Xenia Yusuf Zoe Aisha Bruno Chloe Dmitri Emma Farid Gita Hana Ivan Julia Kofi Lena Marc Nina Omar " +
  "Priya Ravi Sofia Tom Uma Victor Wendy José Zoë"
).split(" ");
const FAMILY = (
  "Adams Baker Clark Diaz Evans Fischer Garcia Hughes Ivanov Jones Kim Lopez Meyer Nguyen Ortiz Patel Quist Rossi " +
  "Smith Tanaka Ueda Vargas Weber Xu Young Zhang Almeida Brandt Costa Dubois Eriksen Ferrari Gupta Haas Ito " +
  "Jansen Khan Larsen Moreau Novak Okafor Petrov Rahman Silva Torres Umarov Vogel Wang O'Brien Núñez"
).split(" ");

export const FREE_MAIL_DOMAINS = [
  "gmail.com",
  "outlook.com",
  "yahoo.com",
  "proton.me",
  "gmx.de",
  "icloud.com",
];

export const PLACES = [
  { city: "Denver", state: "CO", country: "United States" },
  { city: "Austin", state: "TX", country: "United States" },
  { city: "Boston", state: "MA", country: "United States" },
  { city: "London", state: null, country: "United Kingdom" },
  { city: "Berlin", state: null, country: "Germany" },
  { city: "Zürich", state: null, country: "Switzerland" },
  { city: "Paris", state: null, country: "France" },
  { city: "Toronto", state: "ON", country: "Canada" },
  { city: "Sydney", state: "NSW", country: "Australia" },
  { city: "Bengaluru", state: null, country: "India" },
] as const;

export const INDUSTRIES = [
  "Technology",
  "Healthcare",
  "Education",
  "Manufacturing",
  "Retail",
  "Finance",
  "Media",
  "Not For Profit",
  "Consulting",
  "Transportation",
];

export const TITLES = [
  "IT Manager",
  "Systems Administrator",
  "CIO",
  "Security Engineer",
  "Head of Infrastructure",
  "DevOps Engineer",
  "CTO",
  "Office Manager",
];

export interface CompanyName {
  readonly name: string;
  readonly domain: string;
}

/** The name and web domain of company `index`; domains never repeat. `hash` chooses form and top-level domain. */
export function companyName(index: number, hash: number): CompanyName {
  const pairs = FIRST_PART.length * SECOND_PART.length;
  const pair = (index * 1103 + 457) % pairs;
  const round = Math.floor(index / pairs);
  const first = FIRST_PART[pair % FIRST_PART.length]!;
  const second = SECOND_PART[Math.floor(pair / FIRST_PART.length)]!;
  const number = round === 0 ? "" : String(round + 1);
  const form = LEGAL_FORMS[hash % LEGAL_FORMS.length]!;
  const stem = `${first}${second}${number}`;
  const quoted = (hash >>> 8) % 25 === 0;
  return {
    name: quoted ? `"${stem}" ${form}` : `${stem} ${form}`,
    domain: `${stem.toLowerCase()}.${TOP_LEVEL[(hash >>> 16) % TOP_LEVEL.length]}`,
  };
}

export interface PersonName {
  readonly given: string;
  readonly family: string;
  /** `given.family` in ASCII lower case. */
  readonly mailbox: string;
}

/** The p-th person of a company; up to 50 people of one company all differ. */
export function personName(hash: number, p: number): PersonName {
  const given = GIVEN[(hash + p * 7) % GIVEN.length]!;
  const family = FAMILY[((hash >>> 8) + p) % FAMILY.length]!;
  const mailbox = `${given}.${family}`
    .normalize("NFD")
    .replace(/[^A-Za-z.]/g, "")
    .toLowerCase();
  return { given, family, mailbox };
}
