// @vitest-environment happy-dom
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { percent } from '../format/numbers';
import { formatOrNull, Value } from './Value';

function render(value: number | null): HTMLElement {
  const container = document.createElement('p');
  container.innerHTML = renderToStaticMarkup(<Value text={formatOrNull(value, percent)} reason="nothing completed" />);
  return container;
}

describe('a value', () => {
  test('of zero is a number', () => {
    expect(render(0).textContent).toBe('0.0\u00a0%');
  });

  test('that is missing is a dash with the reason, also for screen readers', () => {
    const container = render(null);
    expect(container.querySelector('[aria-hidden]')?.textContent).toBe('–');
    expect(container.querySelector('[title]')?.getAttribute('title')).toBe('nothing completed');
    expect(container.textContent).toContain('none: nothing completed');
  });
});
