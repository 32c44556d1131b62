/**
 * A proxy to the emulators that checks permissions as IAM does: forwards the calls that a role allows, refuses the others, and records
 * both.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './emulator.ts';

/** The addresses of the services. */
export interface Services {
  readonly dynamodb: string;
  readonly secretsmanager: string;
}

/** The permission of each operation of a transaction. A transaction itself needs none. */
const OPERATION_PERMISSIONS: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

export class Guard {
  /** Permissions such as `PutItem Orders`. The table or the secret has its logical name. */
  readonly used = new Set<string>();
  readonly refused = new Set<string>();
  readonly #allowed: ReadonlySet<string>;
  readonly #server: Server;

  private constructor(services: Services, allowed: Iterable<string>) {
    this.#allowed = new Set(allowed);
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
      const refused = requiredPermissions(operation, JSON.parse(body.toString())).filter(
        (permission) => !this.#checks(permission),
      );
      if (refused.length > 0) {
        const message = `no identity-based policy allows ${refused.join(', ')}`;
        response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message }));
        return;
      }
      const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
        ['host', 'connection', 'content-length', 'expect'].includes(name)
          ? []
          : [[name, (values ?? []).join(',')] as [string, string]],
      );
      const address = services[service === 'secretsmanager' ? service : 'dynamodb'];
      const answer = await fetch(address, { method: 'POST', headers, body });
      const type = answer.headers.get('content-type') ?? 'application/x-amz-json-1.0';
      response.writeHead(answer.status, { 'Content-Type': type });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  }

  static async start(services: Services, allowed: Iterable<string>): Promise<Guard> {
    const guard = new Guard(services, allowed);
    await new Promise<void>((resolve) => guard.#server.listen(0, '127.0.0.1', resolve));
    return guard;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #checks(permission: string): boolean {
    const isAllowed = this.#allowed.has(permission);
    (isAllowed ? this.used : this.refused).add(permission);
    return isAllowed;
  }
}

/** The permissions that a call needs, as IAM counts them. */
export function requiredPermissions(operation: string, input: Json): string[] {
  switch (operation) {
    case 'TransactWriteItems':
      return input.TransactItems.flatMap((item: Json) =>
        Object.entries(item).map(
          ([part, { TableName }]: [string, Json]) => `${OPERATION_PERMISSIONS[part]} ${TableName}`,
        ),
      );
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(input.RequestItems).map((table) => `${operation} ${table}`);
    case 'GetSecretValue':
      return [`${operation} ${input.SecretId}`];
    default:
      return [`${operation} ${input.TableName}${input.IndexName ? `/index/${input.IndexName}` : ''}`];
  }
}
