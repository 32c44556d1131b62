import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * The first page in two files: the style sheet stands in the page itself, as its one `<style>`, and nothing is painted before
 * the script has chosen the theme (`blocking`), so that no page flashes in the other one.
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

/** Imports without Vite's helper, which loads the style sheets and imports of a part ahead: there is one style sheet, and no preloading. */
function plainImports(): Plugin {
  const helper = '\0vite/preload-helper.js';
  return {
    name: 'plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: (id) => (id === helper ? 'export const __vitePreload = (load) => load();' : undefined),
  };
}

/** Classes of the shell in `index.html`, so that what is painted before the page is read looks as after it: `class="{header}"`. */
function classesOfShell(): Plugin {
  return {
    name: 'classes-of-shell',
    transformIndexHtml: (html) =>
      html.replace(/class="\{(\w+)\}"/g, (_, name) => `class="${className(name, 'src/ui/Shell.module.css')}"`),
  };
}

/** . */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const html = await readFile(join(dir, 'index.html'), 'utf8');
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1];
      if (style === undefined) throw new Error('index.html has no style of its own any more');
      const policy = [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
        // The drawing in the tab stands in the page itself.
        'img-src data:',
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        // Nothing of the page turns text into markup or code, and nothing may begin to.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ];
      await writeFile(join(dir, 'content-security-policy.txt'), policy.join('; '));
    },
  };
}

/** A class is called as in its file, with three letters of where that file is. Both the script and the style repeat these names. */
const paths = new Map<string, string>();

function className(name: string, file: string): string {
  const path = relative(import.meta.dirname, resolve(import.meta.dirname, file.replace(/\?.*$/, '')));
  const place = createHash('sha256').update(path).digest('hex').slice(0, 3);
  if ((paths.get(name + place) ?? path) !== path)
    throw new Error(`Two classes are called ${name}: rename one of ${path}`);
  paths.set(name + place, path);
  return `${name}-${place}`;
}

export default defineConfig({
  plugins: [react(), plainImports(), classesOfShell(), oneScriptOneStyle(), contentSecurityPolicy()],
  // What the router's store brings for older Reacts, React has had since 18.
  resolve: { alias: { 'use-sync-external-store/shim/with-selector': 'use-sync-external-store/with-selector' } },
  css: { modules: { generateScopedName: className } },
  build: {
    outDir: '../../dist/packages/frontend',
    emptyOutDir: true,
    // One style sheet: it is small, and the first page then needs fewer requests.
    cssCodeSplit: false,
    modulePreload: false,
    target: 'es2022',
    // These know light-dark() themselves. Put in other words, it would no longer follow the theme that is chosen on the page.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What the first page runs is one file; each other page is one more.
          groups: [{ name: 'index', tags: ['$initial'] }],
        },
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '^/(api|dashboard|health)(/|$)': 'http://127.0.0.1:8080' } },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    // The zone of the machine must not matter: every test runs in one that is not UTC.
    env: { TZ: 'America/New_York' },
  },
});
