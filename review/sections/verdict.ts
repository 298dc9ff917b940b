import type { Finding } from "../../policy/finding.ts";
import {
  type Block,
  type Cell,
  code,
  faint,
  join,
  type Section,
  strong,
  type Text,
} from "../document/document.ts";
import type { Review } from "../review.ts";

/** Who has to approve and why; policy findings; what could not be read. */
export function verdictSection(review: Review): Section {
  const { verdict, findings } = review;
  const blocks: Block[] = [{ kind: "text", text: strong(verdict.sentence) }];
  if (verdict.approvers.length > 0)
    blocks.push({
      kind: "table",
      columns: [{ title: "Who approves" }, { title: "Why" }],
      rows: verdict.approvers.map((approver) => [strong(approver.who), approver.why.join("; ")]),
    });
  if (review.guardrails.length > 0)
    blocks.push({
      kind: "table",
      columns: [{ title: "Guardrail" }, { title: "Before" }, { title: "After" }],
      rows: review.guardrails.map(({ setting, before, after }) => [code(setting), code(before), code(after)]),
    });
  const open = findings.filter((finding) => !finding.waiver);
  const waived = findings.filter((finding) => finding.waiver);
  if (open.length > 0)
    blocks.push({
      kind: "table",
      columns: [{ title: "Policy" }, { title: "Where" }, { title: "What is wrong" }, { title: "What to do" }],
      rows: [
        ...Map.groupBy(open, (finding) => `${finding.rule} ${finding.level} ${finding.remedy}`).values(),
      ].map(findingRow),
    });
  for (const finding of waived)
    if (finding.waiver)
      blocks.push({
        kind: "note",
        tone: "warn",
        text: [
          "Waived until ",
          strong(finding.waiver.expires),
          " by ",
          code(finding.waiver.owner),
          ": ",
          code(finding.rule),
          " for ",
          code(finding.resource),
          `: ${finding.waiver.reason}`,
        ],
      });
  if (review.standing.length > 0)
    blocks.push({
      kind: "details",
      summary: `Advice that holds before and after (${review.standing.length})`,
      blocks: [
        {
          kind: "list",
          items: review.standing.map(
            (finding): Text => [code(finding.rule), " ", code(finding.resource), `: ${finding.message}`],
          ),
        },
      ],
    });
  if (review.unread.length > 0)
    blocks.push({
      kind: "details",
      summary: `What this review could not read, price or judge (${review.unread.length})`,
      blocks: [{ kind: "list", items: review.unread }],
    });
  return { id: "verdict", title: "Verdict", blocks };
}

const MOST_NAMED = 4;

/** Findings of one rule with one remedy as one row. */
function findingRow(findings: Finding[]): (Text | Cell)[] {
  const [finding] = findings;
  if (!finding) return [];
  const refuses = finding.level === "mandatory";
  const more = findings.length - MOST_NAMED;
  const alike = findings.every((each) => each.message === finding.message);
  return [
    { text: [code(finding.rule), faint(refuses ? " refuses" : " advises")], tone: refuses ? "bad" : "warn" },
    [
      ...join(findings.slice(0, MOST_NAMED).map((each) => code(each.resource))),
      ...(more > 0 ? [faint(` and ${more} more`)] : []),
    ],
    alike ? finding.message : `${finding.message}; the others alike`,
    finding.remedy,
  ];
}
