import { expect, test } from 'vitest';
import { outcome } from './RejectionRow';

const answer = { id: '0'.repeat(32), isRemoved: true };

test('the outcome of another try is said in words, with every reason', () => {
  expect(outcome({ ...answer, result: 'accepted' })).toBe('Stored');
  expect(outcome({ ...answer, result: 'duplicate' })).toBe('Already stored');
  const errors = [
    { field: 'status', reason: 'is missing' },
    { field: 'orderId', reason: 'is missing' },
  ];
  expect(outcome({ ...answer, result: 'rejected', errors })).toBe(
    'Refused again: status is missing; orderId is missing',
  );
});
