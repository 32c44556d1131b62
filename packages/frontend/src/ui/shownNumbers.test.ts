// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { shownNumbers, tableOf } from './shownNumbers';

test('the shown numbers are a table for a spreadsheet and for a mail', () => {
  const main = document.createElement('main');
  main.innerHTML = `
    <h1>2 vendors are at risk</h1>
    <section data-tile><h2>On time</h2><p data-value>87.5<span>%</span></p>
      <div data-notes><p>35 of 40 due</p><span>2.1 points, <b>worse</b> than the week before</span></div></section>
    <section data-tile><h2>A &lt; B</h2><p data-value><span>–<span>none: nothing was due</span></span></p>
      <div data-notes></div></section>`;
  const numbers = shownNumbers(main, '9–15 Mar 2018');
  expect(numbers.numbers).toEqual([
    { label: 'On time', value: '87.5%', notes: ['35 of 40 due', '2.1 points, worse than the week before'] },
    { label: 'A < B', value: '–', notes: [] },
  ]);
  const { html, text } = tableOf(numbers);
  expect(text.split('\n')[1]).toBe('On time\t87.5%\t35 of 40 due; 2.1 points, worse than the week before');
  expect(html).toContain('<td>A &lt; B</td>');
});
