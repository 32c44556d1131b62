import type { ApiError } from '../api/client';
import { currentToken } from '../api/token';
import { pluralize } from '../format/numbers';

/** The error message for users: that of the server, or a clearer one if the server only rejects the request. */
export function errorMessage(error: ApiError): string {
  switch (error.code) {
    case 'FORBIDDEN':
      return currentToken() === null ? error.message : `${error.message} Reading needs a token with the scope read.`;
    case 'RATE_LIMITED':
      return `This page sent too many requests. ${retryText(error)}`;
    case 'OVERLOADED':
      return `The server is overloaded. ${retryText(error)}`;
    default:
      return error.message;
  }
}

function retryText({ retryAfter }: ApiError): string {
  return retryAfter === null ? 'Try again in a moment.' : `Try again in ${pluralize(retryAfter, 'second')}.`;
}
