import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setConnectorPaused } from "../../cli/kafka-connect.ts";

test("a connector is paused and resumed by Kafka Connect, a refusal is told, no address is no request", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(request.url!.includes("unknown") ? 404 : 202).end("no such connector");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const environment = { KAFKA_CONNECT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  try {
    expect(await setConnectorPaused("firn-product", true, environment)).toBe(true);
    expect(await setConnectorPaused("firn-product", false, environment)).toBe(true);
    await expect(setConnectorPaused("unknown", true, environment)).rejects.toThrow(
      /HTTP 404 no such connector/,
    );
    expect(await setConnectorPaused("firn-product", true, {})).toBe(false);
    expect(asked).toEqual([
      "PUT /connectors/firn-product/pause",
      "PUT /connectors/firn-product/resume",
      "PUT /connectors/unknown/pause",
    ]);
  } finally {
    server.close();
  }
});
