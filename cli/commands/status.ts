import { readFileSync } from "node:fs";
import { Command } from "commander";
import pc from "picocolors";
import { parse } from "yaml";
import { inspectServices } from "../../local/supervisor/service-record.ts";
import { outboxFile, readInbox } from "../embedded/inbox.ts";
import { globalOptions, openProject, type Project } from "../project.ts";
import { renderTable } from "../table.ts";

/** `firn status`: what runs, where it listens, where it logs. */
export function statusCommand(): Command {
  return new Command("status")
    .description("show the local services of the stack: state, ports, since when, log files")
    .action(async (_options: unknown, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const services = inspectServices(project.servicesDir).map((service) => ({
        name: service.name,
        state: service.running ? service.state : "stopped",
        ports: service.ports,
        pid: service.running ? service.pid : null,
        startedAt: service.startedAt,
        logFile: service.logFile,
      }));
      const inbox = { file: outboxFile(project), messages: readInbox(project).length };
      const paused = pausedSources(project);
      if (json) return console.log(JSON.stringify({ ok: true, stack, services, paused, inbox }));
      if (paused.length > 0)
        console.log(pc.yellow(`paused sources: ${paused.join(", ")} (npx firn resume SOURCE --yes)`));
      if (services.length === 0)
        return console.log("Nothing has been started here yet. `npm start` starts it.");
      console.log(
        renderTable(
          ["SERVICE", "STATE", "LISTENS ON", "SINCE", "LOG"],
          services.map((s) => [
            s.name,
            s.state === "ready" ? pc.green("running") : pc.yellow(s.state),
            Object.values(s.ports)
              .map((port) => `127.0.0.1:${port}`)
              .join(" "),
            s.pid === null ? "–" : s.startedAt,
            s.logFile,
          ]),
          { maxWidth: 120 },
        ),
      );
      console.log(`\n${inbox.messages} mail and webhook messages in ${inbox.file} (npx firn inbox)`);
    });
}

/** As the stack's file says; what is wrong with it is told by the commands that compile it. */
function pausedSources(project: Project): string[] {
  const { config } = (parse(readFileSync(project.stackFile, "utf8")) ?? {}) as {
    config?: Record<string, unknown>;
  };
  const paused = config?.["firn:paused"];
  return Array.isArray(paused) ? paused.map(String) : [];
}
