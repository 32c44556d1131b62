/** The browser that the page is looked at with. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
export const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

export async function launch() {
  if (!existsSync(executablePath)) {
    const advice = `There is no browser at ${executablePath}: apt-get install chromium, or set CHROMIUM to where one is.`;
    console.error(advice);
    throw new Error(advice);
  }
  return chromium.launch({ executablePath, args: flags });
}
