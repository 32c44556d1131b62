/** Starts the browser for tests, screenshots and measurements. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
export const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

export async function launch() {
  if (!existsSync(executablePath)) {
    const advice = `There is no browser at ${executablePath}: apt-get install chromium, or set CHROMIUM to the path of one.`;
    console.error(advice);
    throw new Error(advice);
  }
  return chromium.launch({ executablePath, args: flags });
}
