import { ApiError } from './client';

/** Data that a page can do without: null if the request fails, so that the rest of the page does not fail. */
export async function optional<Value>(request: Promise<Value>): Promise<Value | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
