import { type Block, code, faint, join, type Section, type Text } from "../document/document.ts";
import type { EnginePreview } from "../engine-preview.ts";
import { count } from "../verdict.ts";

/** What the engine itself would do: against the stack's state, so drift and what is not yet deployed show here too. */
export function previewSection(preview: EnginePreview): Section {
  const changed = preview.steps.length;
  const blocks: Block[] = [
    ...preview.errors.map((error): Block => ({ kind: "note", tone: "bad", text: code(error) })),
    {
      kind: "list",
      items: Object.entries(preview.counts).map(
        ([op, number]): Text => [`${number} `, op === "same" ? "unchanged" : op],
      ),
    },
  ];
  if (changed > 0)
    blocks.push({
      kind: "details",
      summary: `Steps (${changed})`,
      blocks: [
        {
          kind: "list",
          items: preview.steps.map(
            (step): Text => [
              `${step.op} ${step.type} `,
              code(step.name),
              ...(step.properties.length > 0 ? [faint(": "), ...join(step.properties.map(code))] : []),
            ],
          ),
        },
      ],
    });
  blocks.push({
    kind: "text",
    text: faint(
      "Against the deployed state, so it also shows what was not deployed yet, and drift that a refresh has found.",
    ),
  });
  return {
    id: "preview",
    title: "The engine's preview",
    summary: changed === 0 ? "no changes" : count(changed, "step"),
    blocks,
  };
}
