/** Events in the format of AWS. */
import { named, type Resources } from '../template.ts';
import type { Json } from './emulator.ts';

/** A request to the API in the format of an HTTP API, with or without a token. */
export function request(method: string, path: string, body?: Json, token?: string): Json {
  const [rawPath, rawQueryString = ''] = path.split('?');
  const text = body === undefined ? undefined : JSON.stringify(body);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: {
      host: 'test.execute-api.eu-west-1.amazonaws.com',
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    isBase64Encoded: false,
    ...(text && { body: text }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'test.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'test',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2026:14:30:20 +0000',
      timeEpoch: 1773153020000,
    },
  };
}

/** An order event from the event bus. */
export function onTheBus(detail: Json): Json {
  return { version: '0', id: 'test', 'detail-type': 'OrderEvent', source: 'carrier', resources: [], detail };
}

/** The event that the template's schedule sends to a function. */
export function tick(resources: Resources, functionId: string): Json {
  const schedules = resources.properties('AWS::Scheduler::Schedule').map(({ Target }) => Target);
  const found = schedules.find(({ Arn }) => named(Arn) === functionId);
  if (found === undefined) throw new Error(`no schedule calls ${functionId}`);
  return JSON.parse(found.Input);
}

/** Whether the status of a response is 2xx. */
export function isOk(answer: Json): boolean {
  return answer.statusCode >= 200 && answer.statusCode < 300;
}
