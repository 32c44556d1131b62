import type { ApiError } from '../api/client';
import { currentToken } from '../api/token';
import { pluralize } from '../format/numbers';

/** Why something could not be read, for people: in the server's words, or in ours where it only refuses. */
export function errorMessage(error: ApiError): string {
  switch (error.code) {
    case 'FORBIDDEN':
      return currentToken() === null ? error.message : `${error.message} Reading needs a token with the scope read.`;
    case 'RATE_LIMITED':
      return `This page has asked for more than it may. ${when(error)}`;
    case 'OVERLOADED':
      return `More is asked of the server than it can answer right now. ${when(error)}`;
    default:
      return error.message;
  }
}

function when({ retryAfter }: ApiError): string {
  return retryAfter === null ? 'Try again in a moment.' : `Try again in ${pluralize(retryAfter, 'second')}.`;
}
