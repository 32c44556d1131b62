import { ApiError } from './client';

/** What a page can do without: null where the server cannot say it. The rest of the page must not fail with it. */
export async function optional<Value>(request: Promise<Value>): Promise<Value | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
