import { describe, expect, test } from 'vitest';
import { fieldsOf, filterOfFields } from './fields';

describe('the fields of the form', () => {
  test('count in days and in units of the currency, the filter in hours and in minor units', () => {
    const filter = { delayedByHours: '48', valueFrom: '10050' };
    expect(fieldsOf(filter, 'USD')).toMatchObject({ overdueDays: '2', worth: '100.5' });
    expect(fieldsOf({ valueFrom: '100' }, 'JPY')).toMatchObject({ worth: '100' });
    expect(filterOfFields(fieldsOf(filter, 'USD'), 'USD')).toMatchObject(filter);
    expect(filterOfFields({ ...fieldsOf({}, 'USD'), overdueDays: '1.5', worth: '0.29' }, 'USD')).toMatchObject({
      delayedByHours: '36',
      valueFrom: '29',
    });
  });

  test('that are empty are no filter', () => {
    const none = filterOfFields({ ...fieldsOf({}, 'USD'), giftType: '  ' }, 'USD');
    expect(Object.values(none).filter((value) => value !== undefined)).toEqual([]);
  });

  test('keep what is no number, for the server to name', () => {
    expect(fieldsOf({ delayedByHours: 'long' }, 'USD').overdueDays).toBe('long');
    expect(filterOfFields({ ...fieldsOf({}, 'USD'), worth: 'much' }, 'USD').valueFrom).toBe('much');
  });
});
