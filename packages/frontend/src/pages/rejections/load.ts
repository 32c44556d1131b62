import { get } from '../../api/client';
import type { Rejection } from '../../api/types';

/** The query of the address. */
export interface RejectionsSearch {
  cursor?: string;
  page?: string;
}

export interface RejectionsData {
  /** The newest first. */
  rejections: Rejection[];
  nextCursor: string | null;
  /** When the data was loaded, in milliseconds of the client's clock. */
  readAt: number;
}

export async function loadRejections(query: RejectionsSearch, signal: AbortSignal): Promise<RejectionsData> {
  const { rejections, nextCursor } = await get('/api/rejections', { query: { cursor: query.cursor } }, signal);
  return { rejections, nextCursor, readAt: Date.now() };
}
