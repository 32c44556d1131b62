/** What the last deployment said it made, and a client that calls its functions. */
import { readFileSync } from 'node:fs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ARTIFACTS } from '../src/artifacts.ts';

const OUTPUTS = `${ARTIFACTS.infrastructure}/outputs.json`;

/** The outputs of the stack that was deployed last from here. */
export function outputs(): Record<string, string> {
  try {
    const stacks = Object.values(JSON.parse(readFileSync(OUTPUTS, 'utf8')) as Record<string, Record<string, string>>);
    if (stacks[0]) return stacks[0];
  } catch (error) {
    throw new Error('nothing was deployed from here: npx nx deploy infrastructure', { cause: error });
  }
  throw new Error(`${OUTPUTS} names no stack`);
}

/** One of the outputs. */
export function output(name: string): string {
  const value = outputs()[name];
  if (value === undefined) throw new Error(`${OUTPUTS} has no ${name}`);
  return value;
}

/** A function of fifteen minutes has to be waited for as long; asking again would have it start again. */
const lambda = new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout: 16 * 60_000 } });

/** What a function answers. Throws what it throws. */
export async function invoke(functionName: string, event: unknown): Promise<unknown> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString() || 'null');
  if (answer.FunctionError) throw new Error(payload?.errorMessage ?? JSON.stringify(payload));
  return payload;
}
