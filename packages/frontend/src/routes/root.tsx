import { createRootRoute } from '@tanstack/react-router';
import { NotFoundPage } from '../pages/not-found/NotFoundPage';
import { Shell } from '../ui/Shell';

export const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });
