/** The folders that hold the build artifacts of the packages. */
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../../dist/packages', import.meta.url));

export const ARTIFACTS = {
  lambda: (name: string) => `${DIST}/backend/lambda/${name}`,
  backend: `${DIST}/backend`,
  shared: `${DIST}/shared`,
  page: `${DIST}/frontend`,
  infrastructure: `${DIST}/infrastructure`,
};
