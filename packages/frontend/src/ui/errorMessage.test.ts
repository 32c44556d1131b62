import { expect, test } from 'vitest';
import { ApiError, type FailureCode } from '../api/client';
import { saveToken } from '../api/token';
import { errorMessage } from './errorMessage';

const failed = (code: FailureCode, retryAfter?: number) =>
  new ApiError({
    code,
    title: 'No',
    detail: 'The message of the server.',
    correlationId: 'c-1',
    fields: [],
    retryAfter,
  });

test('the message of the server is shown', () => {
  expect(errorMessage(failed('NOT_FOUND'))).toBe('The message of the server.');
});

test('a rate limit states when to retry', () => {
  expect(errorMessage(failed('RATE_LIMITED', 1))).toMatch(/ Try again in 1 second\.$/);
  expect(errorMessage(failed('OVERLOADED', 30))).toMatch(/ Try again in 30 seconds\.$/);
  expect(errorMessage(failed('OVERLOADED'))).toMatch(/ Try again in a moment\.$/);
});

test('a token without the scope read is reported; without a token the message of the server is enough', () => {
  expect(errorMessage(failed('FORBIDDEN'))).toBe('The message of the server.');
  saveToken('ingest-only');
  expect(errorMessage(failed('FORBIDDEN'))).toMatch(/The message of the server\. .*scope read\.$/);
});
