import { type Account, type AccountOptions, openAccount } from "./account.ts";
import { streamingMount } from "./ingest/streaming-routes.ts";
import { listen } from "./protocol/server.ts";

export interface ServerOptions extends AccountOptions {
  /** 0 takes a free one. */
  port?: number;
  /** Milliseconds after which a running query is answered with "in progress" (45 s). */
  patienceMs?: number;
}

export interface AccountServer {
  host: string;
  port: number;
  url: string;
  account: Account;
  stop(): Promise<void>;
}

/** Opens the account and serves Snowflake's protocol on 127.0.0.1. */
export async function startAccountServer(options: ServerOptions): Promise<AccountServer> {
  const account = await openAccount(options);
  try {
    const listening = await listen(account, {
      port: options.port ?? 0,
      patienceMs: options.patienceMs,
      mounts: [streamingMount(account.services, account.streaming, () => new URL(account.publicUrl()).host)],
    });
    const url = `http://${listening.host}:${listening.port}`;
    account.setPublicUrl(url);
    return {
      host: listening.host,
      port: listening.port,
      url,
      account,
      async stop() {
        await listening.close();
        await account.close();
      },
    };
  } catch (error) {
    await account.close();
    throw error;
  }
}
