/**
 * A replacement for CloudFront, as no emulator serves a distribution: it reads the template's behaviours, runs the template's
 * function, and adds the headers of the template's policies. Only the requests to the origins are its own code.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { ARTIFACTS } from '../src/artifacts.ts';
import { rewritten } from '../test/edge.ts';
import type { Resource, Resources } from '../test/template.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.txt': 'text/plain',
};

type Headers = Record<string, string>;

export class CloudFront {
  readonly #resources: Resources;
  readonly #api: string;
  readonly #server: Server;
  /** A Content-Security-Policy that replaces the template's. */
  policy: string | undefined;

  private constructor(resources: Resources, api: string) {
    this.#resources = resources;
    this.#api = api;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Starts the server in front of an API, which the embedded host serves. */
  static async start(resources: Resources, api: string): Promise<CloudFront> {
    const started = new CloudFront(resources, api);
    await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', this.address);
    const { CacheBehaviors, DefaultCacheBehavior, Origins } = this.#distribution();
    const behavior =
      CacheBehaviors.find((one: { PathPattern: string }) => matches(one.PathPattern, pathname)) ?? DefaultCacheBehavior;
    const headers = this.#headers(behavior.ResponseHeadersPolicyId.Ref);
    const origin = Origins.find(({ Id }: { Id: string }) => Id === behavior.TargetOriginId);
    if (origin.CustomOriginConfig) {
      const answer = await fetch(`${this.#api}${pathname}${search}`);
      const type = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, { 'content-type': type, ...headers });
      response.end(Buffer.from(await answer.arrayBuffer()));
      return;
    }
    const file = join(ARTIFACTS.page, behavior.FunctionAssociations ? this.#rewritten(behavior, pathname) : pathname);
    if (!existsSync(file) || statSync(file).isDirectory()) {
      response.writeHead(404, headers).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
    response.end(readFileSync(file));
  }

  #distribution(): Resource['Properties'] {
    return this.#resources.properties('AWS::CloudFront::Distribution')[0]?.DistributionConfig;
  }

  /** The path to which the behaviour's function rewrites a path. */
  #rewritten(behavior: Resource['Properties'], uri: string): string {
    const [id] = behavior.FunctionAssociations[0].FunctionARN['Fn::GetAtt'];
    return rewritten(this.#resources.all[id]?.Properties.FunctionCode, uri);
  }

  /** The headers of a policy, without Strict-Transport-Security: this server has no HTTPS. */
  #headers(policyId: string): Headers {
    const { SecurityHeadersConfig, CustomHeadersConfig } =
      this.#resources.all[policyId]?.Properties.ResponseHeadersPolicyConfig ?? {};
    const { ContentSecurityPolicy, FrameOptions, ReferrerPolicy } = SecurityHeadersConfig;
    const headers: Headers = { 'x-content-type-options': 'nosniff' };
    if (ContentSecurityPolicy) {
      headers['content-security-policy'] = this.policy ?? ContentSecurityPolicy.ContentSecurityPolicy;
    }
    if (FrameOptions) headers['x-frame-options'] = FrameOptions.FrameOption;
    if (ReferrerPolicy) headers['referrer-policy'] = ReferrerPolicy.ReferrerPolicy;
    for (const { Header, Value } of CustomHeadersConfig?.Items ?? []) headers[Header.toLowerCase()] = Value;
    return headers;
  }
}

/** Whether a path matches a behaviour's pattern: `*` matches any text. */
function matches(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`).test(path);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
