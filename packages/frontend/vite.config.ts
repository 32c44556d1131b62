import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * Builds the first page as two files: `index.html` contains the style sheet as its only `<style>`, and the browser paints nothing
 * before the script has set the theme (`blocking`), so that no page flashes in the other theme.
 */
function oneScriptOneStyle(): Plugin {
  return {
    name: 'one-script-one-style',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        let page = html;
        for (const [name, file] of Object.entries(bundle)) {
          if (file.type !== 'asset' || !name.endsWith('.css')) continue;
          page = page.replace(new RegExp(`<link [^>]*href="/${name}"[^>]*>`), () => `<style>${file.source}</style>`);
          delete bundle[name];
        }
        return page.replace('<script type="module"', '<script type="module" blocking="render"');
      },
    },
  };
}

/** Replaces Vite's helper for dynamic imports, which preloads style sheets and imports: there is only one style sheet, and no preloading. */
function plainImports(): Plugin {
  const helper = '\0vite/preload-helper.js';
  return {
    name: 'plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: (id) => (id === helper ? 'export const __vitePreload = (load) => load();' : undefined),
  };
}

/** Replaces `class="{header}"` in `index.html` by the class of `Shell.module.css`, so that the shell looks the same before the script runs. */
function classesOfShell(): Plugin {
  return {
    name: 'classes-of-shell',
    transformIndexHtml: (html) =>
      html.replace(/class="\{(\w+)\}"/g, (_, name) => `class="${className(name, 'src/ui/Shell.module.css')}"`),
  };
}

/** Writes the Content-Security-Policy of the build to `content-security-policy.txt`, with the hash of its style. The hosts send it. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const html = await readFile(join(dir, 'index.html'), 'utf8');
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1];
      if (style === undefined) throw new Error('index.html contains no style element');
      const policy = [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
        // The icon of the tab is a data URL.
        'img-src data:',
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        // The page never turns text into markup or code, and no later version may.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ];
      await writeFile(join(dir, 'content-security-policy.txt'), policy.join('; '));
    },
  };
}

/** The file of each generated class name. A name is the class in its file and three hex digits of the hash of the file's path: short, as script and style repeat it. */
const paths = new Map<string, string>();

function className(name: string, file: string): string {
  const path = relative(import.meta.dirname, resolve(import.meta.dirname, file.replace(/\?.*$/, '')));
  const suffix = createHash('sha256').update(path).digest('hex').slice(0, 3);
  if ((paths.get(name + suffix) ?? path) !== path)
    throw new Error(`Two classes have the generated name of ${name}: rename the one in ${path}`);
  paths.set(name + suffix, path);
  return `${name}-${suffix}`;
}

export default defineConfig({
  plugins: [react(), plainImports(), classesOfShell(), oneScriptOneStyle(), contentSecurityPolicy()],
  // Replaces a shim of the router's store for older versions of React: React has this hook since version 18.
  resolve: { alias: { 'use-sync-external-store/shim/with-selector': 'use-sync-external-store/with-selector' } },
  css: { modules: { generateScopedName: className } },
  build: {
    outDir: '../../dist/packages/frontend',
    emptyOutDir: true,
    // One small style sheet saves requests of the first page.
    cssCodeSplit: false,
    modulePreload: false,
    target: 'es2022',
    // The first versions with light-dark(). A replacement for older ones would not follow the theme that the user chooses.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      output: {
        codeSplitting: {
          // The first page is one file, and each other page is a further one.
          groups: [{ name: 'index', tags: ['$initial'] }],
        },
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '^/(api|dashboard|health)(/|$)': 'http://127.0.0.1:8080' } },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    // A fixed time zone other than UTC: tests must not depend on the zone of the machine, and must find code that assumes UTC.
    env: { TZ: 'America/New_York' },
    setupFiles: 'src/format/dayFirst.fixture.ts',
  },
});
