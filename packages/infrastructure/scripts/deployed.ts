/** The outputs of the last deployment, and a client that invokes its functions. */
import { readFileSync } from 'node:fs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ARTIFACTS } from '../src/artifacts.ts';

const OUTPUTS = `${ARTIFACTS.infrastructure}/outputs.json`;

/** The outputs of the stack that this checkout deployed last. */
export function outputs(): Record<string, string> {
  try {
    const stacks = Object.values(JSON.parse(readFileSync(OUTPUTS, 'utf8')) as Record<string, Record<string, string>>);
    if (stacks[0]) return stacks[0];
  } catch (error) {
    throw new Error('this checkout has deployed nothing: npx nx deploy infrastructure', { cause: error });
  }
  throw new Error(`${OUTPUTS} names no stack`);
}

/** One of the outputs. */
export function output(name: string): string {
  const value = outputs()[name];
  if (value === undefined) throw new Error(`${OUTPUTS} has no ${name}`);
  return value;
}

/** Functions run for up to fifteen minutes. A retry of the request would start the function again. */
const lambda = new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout: 16 * 60_000 } });

/** Invokes a function and returns its response. Throws the error that the function throws. */
export async function invoke(functionName: string, event: unknown): Promise<unknown> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString() || 'null');
  if (answer.FunctionError) throw new Error(payload?.errorMessage ?? JSON.stringify(payload));
  return payload;
}
