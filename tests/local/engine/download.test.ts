import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cache } from "../../../local/engine/cache.ts";
import {
  type Archive,
  checksumOf,
  cliArchive,
  downloadArchive,
  downloadEntry,
  pluginArchive,
} from "../../../local/engine/download.ts";
import type { ProgressEvent } from "../../../local/progress.ts";

const linux = { goos: "linux", goarch: "amd64", pulumi: "linux-x64" } as const;

describe("what is asked for", () => {
  test("the CLI", () => {
    expect(cliArchive(linux)).toMatchObject({
      file: "pulumi-v3.246.0-linux-x64.tar.gz",
      checksums: "pulumi-3.246.0-checksums.txt",
      mustVerify: true,
    });
  });

  test("a provider, for another machine", () => {
    const mac = { goos: "darwin", goarch: "arm64", pulumi: "darwin-arm64" } as const;
    expect(pluginArchive("kafka", mac).file).toBe("pulumi-resource-kafka-v3.13.2-darwin-arm64.tar.gz");
  });
});

test("a checksum is found by the file's whole name, however the list is written", () => {
  const sum = "a".repeat(64);
  const list = `${"b".repeat(64)}  pulumi-x.tar.gz.sig\n${sum} *./pulumi-x.tar.gz\n`;
  expect(checksumOf(list, "pulumi-x.tar.gz")).toBe(sum);
  expect(checksumOf(list, "x.tar.gz")).toBeUndefined();
});

describe("downloading", () => {
  let folder: string;
  let cache: Cache;
  let server: Server;
  let base: string;
  let tarball: Buffer;
  let requests: { url: string; range: string | undefined }[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "firn-download-"));
    cache = new Cache(join(folder, "cache"));
    mkdirSync(join(folder, "content"));
    writeFileSync(join(folder, "content", "tool"), "#!/bin/sh\n".padEnd(20_000, "#"), { mode: 0o755 });
    execFileSync("tar", ["-czf", join(folder, "x.tar.gz"), "-C", join(folder, "content"), "tool"]);
    tarball = readFileSync(join(folder, "x.tar.gz"));
    requests = [];
    answer = serveAll;
    server = createServer((request, response) => {
      requests.push({ url: request.url ?? "", range: request.headers.range });
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const archive = (changes: Partial<Archive> = {}): Archive => ({
    file: "x.tar.gz",
    checksums: "sums.txt",
    bases: [base],
    program: "tool",
    mustVerify: true,
    ...changes,
  });

  const sums = () => `${createHash("sha256").update(tarball).digest("hex")}  x.tar.gz\n`;

  function serveAll(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === "/sums.txt") return void response.end(sums());
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const body = tarball.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": body.length }).end(body);
  }

  const get = (given = archive(), extra: Partial<Parameters<typeof downloadArchive>[2]> = {}) =>
    downloadArchive(cache, given, { unreachable: new Set(), ...extra });

  test("an archive is checked, unpacked and put into the cache, and nothing else stays", async () => {
    const events: ProgressEvent[] = [];
    expect(await get(archive(), { progress: (event) => events.push(event) })).toBe(downloadEntry(archive()));
    expect(readFileSync(join(cache.path("download/x"), "tool"), "utf8")).toMatch(/^#!/);
    expect(readdirSync(cache.root).sort()).toEqual(["download", "partial"]);
    expect(readdirSync(join(cache.root, "partial"))).toEqual([]);
    expect(events.find(({ done, total }) => done === total && total === tarball.length)).toBeDefined();
  });

  test("what broke off is continued where it stopped", async () => {
    let breakOff = () => {};
    answer = (request, response) => {
      if (request.url === "/sums.txt") return void response.end(sums());
      response.writeHead(200, { "content-length": tarball.length });
      response.write(tarball.subarray(0, 100));
      breakOff = () => response.destroy();
    };
    expect(await get(archive(), { progress: () => breakOff() })).toBeUndefined();
    answer = serveAll;
    expect(await get()).toBe("download/x");
    expect(requests.at(-1)?.range).toBe("bytes=100-");
  });

  test("a partial file that does not fit is thrown away and fetched anew", async () => {
    mkdirSync(join(cache.root, "partial"), { recursive: true });
    writeFileSync(join(cache.root, "partial", "x.tar.gz"), "something else");
    expect(await get()).toBe("download/x");
    expect(requests.filter(({ url }) => url === "/x.tar.gz").map(({ range }) => range)).toEqual([
      "bytes=14-",
      undefined,
    ]);
  });

  test("a file that is not what its publisher says is refused", async () => {
    answer = (request, response) =>
      void response.end(request.url === "/sums.txt" ? `${"0".repeat(64)}  x.tar.gz\n` : tarball);
    await expect(get()).rejects.toMatchObject({ code: "checksum-mismatch" });
    expect(cache.has("download/x")).toBe(false);
  });

  test("without checksums the CLI is not taken, a provider is", async () => {
    answer = (request, response) => {
      if (request.url === "/sums.txt") return void response.writeHead(404).end();
      serveAll(request, response);
    };
    expect(await get()).toBeUndefined();
    expect(await get(archive({ mustVerify: false }))).toBe("download/x");
  });

  test("a host that cannot be reached is asked once, and the next one is tried", async () => {
    const unreachable = new Set<string>();
    const closed = "http://127.0.0.1:9/";
    expect(await get(archive({ bases: [closed, base] }), { unreachable })).toBe("download/x");
    expect([...unreachable]).toEqual(["127.0.0.1:9"]);
  });

  test("a host that says nothing counts as unreachable after the connect timeout", async () => {
    answer = () => {};
    const unreachable = new Set<string>();
    expect(await get(archive(), { unreachable, connectTimeout: 50 })).toBeUndefined();
    expect(unreachable.size).toBe(1);
  });

  test("a transfer that stalls ends", async () => {
    answer = (request, response) => {
      if (request.url === "/sums.txt") return void response.end(sums());
      response.writeHead(200, { "content-length": tarball.length });
      response.write(tarball.subarray(0, 10));
    };
    expect(await get(archive(), { stallTimeout: 50 })).toBeUndefined();
  });

  test("an archive that cannot be unpacked leaves nothing behind", async () => {
    tarball = Buffer.from("no tarball at all");
    expect(await get()).toBeUndefined();
    expect(readdirSync(cache.root)).toEqual(["partial"]);
    expect(readdirSync(join(cache.root, "partial"))).toEqual([]);
  });

  test("it can be cancelled", async () => {
    const controller = new AbortController();
    answer = () => controller.abort();
    await expect(get(archive(), { signal: controller.signal })).rejects.toMatchObject({ code: "cancelled" });
  });
});
