import { type Block, code, faint, type Part, type Section, strong, type Tone } from "../document/document.ts";
import type { Review } from "../review.ts";
import type { Risk } from "../risk.ts";
import { count } from "../verdict.ts";

const TONE: Record<Risk["severity"], Tone> = {
  "loses data": "bad",
  "can lose data": "warn",
  "can be computed again": "warn",
  "shortens history": "warn",
};

/** Data at risk, worst first; what is alike stands together, with its safe procedure once. */
export function riskSection(review: Review): Section {
  const { risks } = review;
  const groups = Map.groupBy(risks, ({ severity, label, what, procedure }) =>
    JSON.stringify([severity, label, what, procedure]),
  );
  return {
    id: "risk",
    title: "Data at risk",
    summary: risks.length > 0 ? count(risks.length, "risk") : undefined,
    blocks: [
      ...(risks.length === 0
        ? [
            {
              kind: "text",
              text: review.base.read
                ? "Nothing that holds data is dropped, replaced or kept for a shorter time."
                : "Not judged: the base could not be read.",
            } satisfies Block,
          ]
        : []),
      ...[...groups.values()].flatMap(groupBlocks),
      ...(risks.length > 0 && risks.every((risk) => risk.atStake === undefined)
        ? [
            {
              kind: "text",
              text: faint(
                "Row counts and unread offsets need an account (--live); this comparison has none.",
              ),
            } satisfies Block,
          ]
        : []),
    ],
  };
}

/** Names of a group that are shown at once; the others are folded. */
const MOST_NAMED = 6;

function groupBlocks(risks: Risk[]): Block[] {
  const [risk] = risks;
  if (!risk) return [];
  const single = risks.length === 1;
  const folded = risks.slice(MOST_NAMED);
  return [
    {
      kind: "note",
      tone: TONE[risk.severity],
      text: single
        ? [strong(`${risk.label} `), ...named(risk), `: ${risk.what}.`]
        : [
            strong(`${count(risks.length, risk.label.toLowerCase())}: `),
            `${risk.what}. `,
            ...risks.slice(0, MOST_NAMED).flatMap((each, index) => [index === 0 ? "" : ", ", ...named(each)]),
            ...(folded.length > 0 ? [` and ${folded.length} more.`] : ["."]),
          ],
    },
    ...(folded.length > 0
      ? [
          {
            kind: "details",
            summary: `The other ${count(folded.length, risk.label.toLowerCase())}`,
            blocks: [{ kind: "list", items: folded.map(named) }],
          } satisfies Block,
        ]
      : []),
    { kind: "text", text: [faint("How to do it safely: "), risk.procedure] },
  ];
}

const named = ({ name, atStake }: Risk): Part[] => [
  code(name),
  ...(atStake ? [" (at stake now: ", strong(atStake), ")"] : []),
];
