import { currentToken } from './token';
import type { ErrorCode, GetPath, Parameters, Problem, ResponseBody } from './types';

/** A request without a response fails after this time, in milliseconds. */
export const TIMEOUT_MS = 30_000;

/** `UNREACHABLE`: no response. `UNREADABLE`: a response that is not from Goody. The others are codes of the server. */
export type FailureCode = ErrorCode | 'UNREACHABLE' | 'UNREADABLE';

/** Why a request failed. The page switches on `code`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: FailureCode;
  readonly title: string;
  readonly correlationId: string;
  readonly fields: Problem['errors'];
  /** Seconds until the server permits a retry; null if the server did not state them. */
  readonly retryAfter: number | null;

  constructor(
    failure: Pick<ApiError, 'code' | 'title' | 'correlationId' | 'fields'> & {
      detail: string;
      retryAfter?: number | null;
      cause?: unknown;
    },
  ) {
    super(failure.detail, { cause: failure.cause });
    this.code = failure.code;
    this.title = failure.title;
    this.correlationId = failure.correlationId;
    this.fields = failure.fields;
    this.retryAfter = failure.retryAfter ?? null;
  }
}

const transient: ReadonlySet<FailureCode> = new Set([
  'TIMEOUT',
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'INTERNAL',
  'UNREACHABLE',
  'UNREADABLE',
]);

/** Whether the same request may succeed later: the server failed, but did not reject it. */
export function isTransient(error: unknown): error is ApiError {
  return error instanceof ApiError && transient.has(error.code);
}

/** Reads `path` with the current token, or with `token`. Throws an `ApiError`, or the reason of `signal` if it aborts. */
export async function get<P extends GetPath>(
  path: P,
  parameters: Parameters<P>,
  signal: AbortSignal,
  token = currentToken(),
): Promise<ResponseBody<P>> {
  const correlationId = newCorrelationId();
  const response = await send(address(path, parameters), {
    accept: 'application/json',
    token,
    correlationId,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (response.ok && hasType(response, 'application/json'))
    return readJson<ResponseBody<P>>(response, correlationId, signal);
  throw await failureOf(response, correlationId, signal);
}

interface RequestOptions {
  accept: string;
  token: string | null;
  correlationId: string;
  signal: AbortSignal;
}

/** Sends a GET request. Throws an `ApiError` if there is no response or `signal` times out, and the reason of any other abort. */
export async function send(url: string, { accept, token, correlationId, signal }: RequestOptions): Promise<Response> {
  try {
    return await fetch(url, {
      headers: {
        accept,
        'x-correlation-id': correlationId,
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      // Every request revalidates the cache: the server decides by the ETag whether anything changed.
      cache: 'no-cache',
      signal,
    });
  } catch (cause) {
    const isTimeout = cause instanceof DOMException && cause.name === 'TimeoutError';
    if (signal.aborted && !isTimeout) throw cause;
    throw unreachable(correlationId, isTimeout, cause);
  }
}

/** The error of a request without a response; `isTimeout`: without one within the time limit. */
export function unreachable(correlationId: string, isTimeout: boolean, cause?: unknown): ApiError {
  return new ApiError({
    code: 'UNREACHABLE',
    title: 'Goody does not respond',
    detail: isTimeout
      ? `No response within ${TIMEOUT_MS / 1000} seconds.`
      : 'The server could not be reached. It may be stopped, or the network may be down.',
    correlationId,
    fields: [],
    cause,
  });
}

/** The error that an unsuccessful response reports. */
export async function failureOf(response: Response, correlationId: string, signal: AbortSignal): Promise<ApiError> {
  if (!hasType(response, 'application/problem+json')) return unreadable(response, correlationId);
  const problem = await readJson<Problem>(response, correlationId, signal);
  return new ApiError({
    code: problem.code,
    title: problem.title,
    detail: problem.detail,
    correlationId: problem.correlationId,
    fields: problem.errors,
    retryAfter: Number(response.headers.get('retry-after')) || null,
  });
}

function hasType(response: Response, type: string): boolean {
  return (response.headers.get('content-type') ?? '').startsWith(type);
}

async function readJson<Body>(response: Response, correlationId: string, signal: AbortSignal): Promise<Body> {
  try {
    return (await response.json()) as Body;
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw unreadable(response, correlationId, cause);
  }
}

function unreadable(response: Response, correlationId: string, cause?: unknown): ApiError {
  return new ApiError({
    code: 'UNREADABLE',
    title: 'The response cannot be read',
    detail: `Something between this page and Goody returned HTTP ${response.status} instead of data.`,
    correlationId: response.headers.get('x-correlation-id') ?? correlationId,
    fields: [],
    cause,
  });
}

function address(path: string, parameters: { path?: unknown; query?: unknown }): string {
  const values = new Map<string, unknown>(Object.entries(parameters.path ?? {}));
  const pathname = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters.query ?? {})) {
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  return query.size === 0 ? pathname : `${pathname}?${query}`;
}

/** 32 hexadecimal digits. `crypto.randomUUID` exists on secure origins only, and this page is also served over plain HTTP. */
export function newCorrelationId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
