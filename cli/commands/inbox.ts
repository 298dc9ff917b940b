import { Command, InvalidArgumentError } from "commander";
import { outboxFile, readInbox, textOf } from "../embedded/inbox.ts";
import { globalOptions, openProject } from "../project.ts";
import { renderTable } from "../table.ts";

const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 on");
  return value;
};

/** `firn inbox`: the mail and webhook messages of the embedded account. */
export function inboxCommand(): Command {
  return new Command("inbox")
    .description("show the mail and webhook messages that the stack's local account sent; newest last")
    .option("--last <number>", "so many of the newest", count, 20)
    .action((options: { last: number }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const messages = readInbox(project).slice(-options.last);
      if (json) return console.log(JSON.stringify({ ok: true, file: outboxFile(project), messages }));
      if (messages.length === 0)
        return console.log(
          `Nothing has been sent (${outboxFile(project)}). On a real account ask TABLE(INFORMATION_SCHEMA.NOTIFICATION_HISTORY()).`,
        );
      console.log(
        renderTable(
          ["SENT AT (UTC)", "BY", "TO", "STATUS", "MESSAGE"],
          messages.map((one) => [
            new Date(one.on).toISOString().slice(0, 19).replace("T", " "),
            one.kind.toLowerCase(),
            one.kind === "EMAIL" ? one.recipients.join(", ") : one.integration.toLowerCase(),
            one.status.toLowerCase(),
            [one.subject, textOf(one)].filter((part) => part !== null).join(": "),
          ]),
          { maxWidth: 110 },
        ),
      );
    });
}
