import type { RegisteredRouter, RouteById, RouteIds } from '@tanstack/react-router';
import { stringifySearch } from './search';

type Tree = RegisteredRouter['routeTree'];
/** The path of a page, as its route names it: `/vendors/$vendorId`. */
export type PagePath = Exclude<RouteIds<Tree>, '__root__'>;
type Types<Path extends PagePath> = RouteById<Tree, Path>['types'];

/** A page with the parameters and the search that its route has. */
export type PageTarget<Path extends PagePath> = {
  to: Path;
  search?: Types<Path>['fullSearchSchema'];
} & (keyof Types<Path>['allParams'] extends never ? { params?: undefined } : { params: Types<Path>['allParams'] });

/** The address of a page. `router.buildLocation` runs the route's validation, too, which is slow for hundreds of links. */
export function addressOf<Path extends PagePath>({ to, params, search }: PageTarget<Path>): string {
  const values: Record<string, string> = { ...params };
  const path = to.replace(/\$(\w+)/g, (_: string, name: string) => encodeURIComponent(values[name] ?? ''));
  return path + stringifySearch({ ...search });
}
