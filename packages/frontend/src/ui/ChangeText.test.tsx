// @vitest-environment happy-dom
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { change } from '../format/change';
import { ChangeText } from './ChangeText';

function render(delta: number | null, better: 'up' | 'down' | null, comparedTo = 'the week before'): string {
  const container = document.createElement('p');
  container.innerHTML = renderToStaticMarkup(
    <ChangeText
      change={change(delta, { unit: 'orders', better })}
      reason="Nothing to compare with"
      comparedTo={comparedTo}
    />,
  );
  return container.textContent ?? '';
}

describe('a change in a sentence', () => {
  test('states its verdict in words, not only by the arrow', () => {
    expect(render(-5, 'down')).toBe('5 fewer, better than the week before');
    expect(render(5, 'down')).toBe('5 more, worse than the week before');
    expect(render(5, null)).toBe('5 more than the week before');
    expect(render(5, null, '9–15 Mar 2017')).toBe('5 more than 9–15 Mar 2017');
  });

  test('distinguishes no change from an unknown change', () => {
    expect(render(0, 'down')).toBe('No change from the week before');
    expect(render(null, 'down')).toBe('Nothing to compare with');
  });
});
