import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { parseSearch, stringifySearch } from '../routes/search';

/** Renders an element as the page at `/`, so that its links have addresses. Requires the environment happy-dom. */
export async function renderAt(element: ReactNode): Promise<HTMLElement> {
  const root = createRootRoute({ component: Outlet });
  const index = createRoute({ getParentRoute: () => root, path: '/', component: () => element });
  const router = createRouter({
    routeTree: root.addChildren([index]),
    history: createMemoryHistory(),
    parseSearch,
    stringifySearch,
  });
  await router.load();
  const container = document.createElement('div');
  flushSync(() => createRoot(container).render(<RouterProvider router={router} />));
  return container;
}

/** The text of an element, with a space between its blocks and without repeated white space. */
export function textOf(element: HTMLElement): string {
  for (const block of element.querySelectorAll('h1, h2, h3, p, li, dt, dd, dd > *, th, td')) block.append(' ');
  return (element.textContent ?? '').replace(/\s+/g, ' ').trim();
}
