import type { FormEvent, InputHTMLAttributes } from 'react';
import { Button } from './Button';
import { Icon } from './Icon';
import styles from './SearchForm.module.css';
import { VisuallyHidden } from './VisuallyHidden';

/** A search field with its button. An empty text searches for nothing. */
export function SearchForm({
  label,
  q,
  onSearch,
  ...attributes
}: {
  label: string;
  /** The shown text. */
  q: string | undefined;
  onSearch: (q: string | undefined) => void;
} & Pick<InputHTMLAttributes<HTMLInputElement>, 'placeholder' | 'minLength' | 'maxLength' | 'spellCheck'>) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('q') ?? '').trim();
    onSearch(text === '' ? undefined : text);
  }

  return (
    <search>
      <form className={styles.search} onSubmit={submit}>
        <label className={styles.field}>
          <Icon name="search" />
          <VisuallyHidden>{label}</VisuallyHidden>
          <input key={q} type="search" name="q" defaultValue={q} autoComplete="off" {...attributes} />
        </label>
        <Button type="submit">Search</Button>
      </form>
    </search>
  );
}
