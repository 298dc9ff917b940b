import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import { fromStruct, type Properties, toStruct } from "../../../../local/aws/provider/values.ts";

const MAIN = join(import.meta.dirname, "../../../../local/aws/provider/main.ts");

export interface Resource {
  type: string;
  name: string;
  id: string;
  inputs: Properties;
  state: Properties;
}

export interface Diff {
  changed: string[];
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** What the Pulumi engine asks of a provider, in its order, over the real protocol. */
export class TestEngine {
  private readonly child: ChildProcess;
  private readonly client: ResourceProviderClient;

  private constructor(child: ChildProcess, client: ResourceProviderClient) {
    this.child = child;
    this.client = client;
  }

  static async start(env: Record<string, string>, config: Properties = {}): Promise<TestEngine> {
    const child = spawn(process.execPath, [MAIN, "127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    const port = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout! }).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`the provider ended with ${code}`)));
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const engine = new TestEngine(child, client);
    try {
      const request = new provider.ConfigureRequest();
      request.setArgs(toStruct(config));
      await engine.call("configure", request);
      return engine;
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await ended;
  }

  async check(type: string, name: string, news: Properties, olds: Properties = {}): Promise<Properties> {
    const request = new provider.CheckRequest();
    request.setUrn(urn(type, name));
    request.setNews(toStruct(news));
    request.setOlds(toStruct(olds));
    request.setRandomseed(new Uint8Array([1, 2, 3]));
    const response = await this.call<InstanceType<typeof provider.CheckResponse>>("check", request);
    const [failure] = response.getFailuresList();
    if (failure) throw new Error(failure.getReason());
    return fromStruct(response.getInputs());
  }

  async create(type: string, name: string, news: Properties): Promise<Resource> {
    const inputs = await this.check(type, name, news);
    const request = new provider.CreateRequest();
    request.setUrn(urn(type, name));
    request.setProperties(toStruct(inputs));
    const response = await this.call<InstanceType<typeof provider.CreateResponse>>("create", request);
    return { type, name, inputs, id: response.getId(), state: fromStruct(response.getProperties()) };
  }

  async previewCreate(type: string, name: string, news: Properties): Promise<Properties> {
    const request = new provider.CreateRequest();
    request.setUrn(urn(type, name));
    request.setProperties(toStruct(await this.check(type, name, news)));
    request.setPreview(true);
    const response = await this.call<InstanceType<typeof provider.CreateResponse>>("create", request);
    return fromStruct(response.getProperties());
  }

  async diff(resource: Resource, news: Properties): Promise<Diff> {
    const request = new provider.DiffRequest();
    request.setId(resource.id);
    request.setUrn(urn(resource.type, resource.name));
    request.setOlds(toStruct(resource.state));
    request.setOldInputs(toStruct(resource.inputs));
    request.setNews(toStruct(await this.check(resource.type, resource.name, news, resource.inputs)));
    const response = await this.call<InstanceType<typeof provider.DiffResponse>>("diff", request);
    return {
      changed: response.getDiffsList(),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async update(resource: Resource, news: Properties, preview = false): Promise<Resource> {
    const inputs = await this.check(resource.type, resource.name, news, resource.inputs);
    const request = new provider.UpdateRequest();
    request.setId(resource.id);
    request.setUrn(urn(resource.type, resource.name));
    request.setOlds(toStruct(resource.state));
    request.setOldInputs(toStruct(resource.inputs));
    request.setNews(toStruct(inputs));
    request.setPreview(preview);
    const response = await this.call<InstanceType<typeof provider.UpdateResponse>>("update", request);
    return { ...resource, inputs, state: fromStruct(response.getProperties()) };
  }

  /** A refresh; undefined when the resource is gone. */
  async refresh(resource: Resource): Promise<Resource | undefined> {
    const request = new provider.ReadRequest();
    request.setId(resource.id);
    request.setUrn(urn(resource.type, resource.name));
    request.setProperties(toStruct(resource.state));
    request.setInputs(toStruct(resource.inputs));
    return this.read(request, resource);
  }

  async import(type: string, name: string, id: string): Promise<Resource | undefined> {
    const request = new provider.ReadRequest();
    request.setId(id);
    request.setUrn(urn(type, name));
    return this.read(request, { type, name, id, inputs: {}, state: {} });
  }

  async delete(resource: Resource): Promise<void> {
    const request = new provider.DeleteRequest();
    request.setId(resource.id);
    request.setUrn(urn(resource.type, resource.name));
    request.setProperties(toStruct(resource.state));
    await this.call("delete", request);
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const request = new provider.InvokeRequest();
    request.setTok(token);
    request.setArgs(toStruct(args));
    const response = await this.call<InstanceType<typeof provider.InvokeResponse>>("invoke", request);
    return fromStruct(response.getReturn());
  }

  private async read(
    request: InstanceType<typeof provider.ReadRequest>,
    resource: Resource,
  ): Promise<Resource | undefined> {
    const response = await this.call<InstanceType<typeof provider.ReadResponse>>("read", request);
    if (response.getId() === "") return undefined;
    return {
      ...resource,
      id: response.getId(),
      inputs: fromStruct(response.getInputs()),
      state: fromStruct(response.getProperties()),
    };
  }

  private call<Response>(method: string, request: unknown): Promise<Response> {
    type Method = (request: unknown, done: (error: ServiceError | null, response: Response) => void) => void;
    const client = this.client as unknown as Record<string, Method>;
    return new Promise((resolve, reject) => {
      client[method]!.call(this.client, request, (error, response) =>
        error ? reject(new Error(error.details)) : resolve(response),
      );
    });
  }
}

function urn(type: string, name: string): string {
  return `urn:pulumi:local::firn::firn:infra:Landing$${type}::${name}`;
}
