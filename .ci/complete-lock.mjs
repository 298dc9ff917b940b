// Adds to package-lock.json the optional platform packages that `npm install` left out because the registry in use did
// not serve them: without an entry for each, `npm ci` refuses the lock on every machine. Run after adding a dependency.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64le",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

/** What a platform package's name says of where it may be installed, as its own manifest would. */
function platformOf(name) {
  const words = name.split("/").at(-1).split(/[-.]/);
  const os = words.includes("linuxmusl") ? "linux" : SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const musl = words.some((word) => word.startsWith("musl") || word === "linuxmusl");
  const libc = os !== "linux" ? undefined : musl ? ["musl"] : words.includes("gnu") ? ["glibc"] : undefined;
  return { ...(os ? { os: [os] } : {}), ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc } : {}) };
}

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = path
      .split("/node_modules/")
      .map((_, i, all) => all.slice(0, all.length - i).join("/node_modules/"));
    const found = [...places.map((place) => `${place}/node_modules/${name}`), `node_modules/${name}`];
    if (found.some((place) => lock.packages[place])) continue;
    const platform = platformOf(name);
    if (!platform.os && !platform.cpu) continue;
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[\^~]/, ""),
      ...platform,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    };
    added++;
  }
}
const root = lock.packages[""];
const others = Object.entries(lock.packages).filter(([path]) => path !== "");
lock.packages = Object.fromEntries([["", root], ...others.sort(([a], [b]) => a.localeCompare(b, "en"))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} platform packages added`);
