// @vitest-environment happy-dom
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { percent } from '../format/numbers';
import { some, Value } from './Value';

function render(value: number | null): HTMLElement {
  const place = document.createElement('p');
  place.innerHTML = renderToStaticMarkup(<Value text={some(value, percent)} because="nothing completed" />);
  return place;
}

describe('a value', () => {
  test('of zero is a number', () => {
    expect(render(0).textContent).toBe('0.0\u00a0%');
  });

  test('that is not there is a dash with the reason, for the eye and for the ear', () => {
    const place = render(null);
    expect(place.querySelector('[aria-hidden]')?.textContent).toBe('–');
    expect(place.querySelector('[title]')?.getAttribute('title')).toBe('nothing completed');
    expect(place.textContent).toContain('none: nothing completed');
  });
});
