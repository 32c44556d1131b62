import { expect, test } from 'vitest';
import { ApiError, type FailureCode } from '../api/client';
import { saveToken } from '../api/token';
import { errorMessage } from './errorMessage';

const failed = (code: FailureCode, retryAfter?: number) =>
  new ApiError({ code, title: 'No', detail: 'The server’s words.', correlationId: 'c-1', fields: [], retryAfter });

test('what the server says of a failure is said', () => {
  expect(errorMessage(failed('NOT_FOUND'))).toBe('The server’s words.');
});

test('who asks too often is told when to ask again', () => {
  expect(errorMessage(failed('RATE_LIMITED', 1))).toMatch(/ Try again in 1 second\.$/);
  expect(errorMessage(failed('OVERLOADED', 30))).toMatch(/ Try again in 30 seconds\.$/);
  expect(errorMessage(failed('OVERLOADED'))).toMatch(/ Try again in a moment\.$/);
});

test('a token that is good for other things is told what it lacks, and no token is told of none', () => {
  expect(errorMessage(failed('FORBIDDEN'))).toBe('The server’s words.');
  saveToken('good for other things');
  expect(errorMessage(failed('FORBIDDEN'))).toMatch(/The server’s words\. .*scope read\.$/);
});
