/** The reader of all tests has the day before the month, whatever the language of the machine is. Older versions of Node have no `navigator`. */
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });
Object.defineProperty(navigator, 'language', { get: () => 'en-GB', configurable: true });
