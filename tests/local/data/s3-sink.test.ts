import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createS3Sink } from "../../../local/data/s3-sink.ts";

test("objects are put by path under bucket and prefix, byte for byte, each time they come", async () => {
  const seen: { method: string; url: string; body: string; type: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      seen.push({
        method: method!,
        url: url!.split("?")[0]!,
        body: Buffer.concat(chunks).toString("latin1"),
        type: String(headers["content-type"]),
      });
      response.setHeader("ETag", '"0"').end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sink = createS3Sink({
    bucket: "landing",
    prefix: "raw",
    region: "eu-central-1",
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  try {
    const body = Buffer.from([0x1f, 0x8b, 0, 255]);
    await sink.putObject("salesforce/account/dt=2026-03-02/account-0000.jsonl.gz", body);
    await sink.putObject("salesforce/account/dt=2026-03-02/account-0000.jsonl.gz", body);
    expect(seen.length).toBe(2);
    for (const put of seen) {
      expect(put.method).toBe("PUT");
      expect(decodeURIComponent(put.url)).toBe(
        "/landing/raw/salesforce/account/dt=2026-03-02/account-0000.jsonl.gz",
      );
      expect(put.body).toContain(body.toString("latin1"));
      expect(put.type).toBe("application/gzip");
    }
  } finally {
    sink.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
