import { describe, expect, test } from 'vitest';
import { fileSources, importCommands, replacements } from './importCommands';

function source(name: string) {
  const found = fileSources.find((known) => known.name === name);
  if (found === undefined) throw new Error(`There is no source ${name}`);
  return found;
}

const commandsOf = (name: string) => importCommands(source(name), 'Europe/London').map(({ command }) => command);

describe('the commands of a file', () => {
  test('look before they import', () => {
    expect(commandsOf('Shopify')).toEqual([
      'goody import --check --mapping shopify FILE',
      'goody import --mapping shopify FILE',
    ]);
  });

  test('name the vendor and the time zone that the file lacks', () => {
    expect(commandsOf('eBay').at(-1)).toBe(
      'goody import --mapping ebay --constant vendorId=my-shop --file-time-zone Europe/London FILE',
    );
    expect(replacements(source('eBay'))).toBe(
      'Replace FILE by the name of the file, my-shop by the id of the vendor, and the time zone by that of the shop.',
    );
    expect(replacements(source('Shopify'))).toBe('Replace FILE by the name of the file.');
  });

  test('propose a mapping for another table', () => {
    expect(commandsOf('Another table')).toEqual([
      'goody mapping new FILE > mapping.toml',
      'goody import --check --mapping mapping.toml FILE',
      'goody import --mapping mapping.toml FILE',
    ]);
  });

  test('need no mapping for events', () => {
    expect(commandsOf('Events of orders')).toEqual(['goody import --check FILE', 'goody import FILE']);
  });

  test('have a name of their own for each kind of file', () => {
    expect(new Set(fileSources.map(({ name }) => name)).size).toBe(fileSources.length);
  });
});
