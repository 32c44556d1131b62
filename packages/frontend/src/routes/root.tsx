import { createRootRouteWithContext } from '@tanstack/react-router';
import { NotFoundPage } from '../pages/not-found/NotFoundPage';
import { Shell } from '../ui/Shell';
import type { RouterContext } from './keepShown';

/**
 * How long the data of a page is fresh, in milliseconds: Back within this time sends no request. What users watch for news or change
 * themselves is never fresh.
 */
export const FRESH_MS = 30_000;

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
});
