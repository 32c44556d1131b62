import { type ChangeEvent, useState } from 'react';
import { Icon } from './Icon';
import styles from './ThemeSwitch.module.css';
import { keepTheme, readTheme, type Theme, themes } from './theme';
import { VisuallyHidden } from './VisuallyHidden';

const words: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

/** A list to choose from, behind a drawing of what is chosen. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme);

  function choose(event: ChangeEvent<HTMLSelectElement>) {
    const chosen = event.currentTarget.value as Theme;
    keepTheme(chosen);
    setTheme(chosen);
  }

  return (
    <label className={styles.theme} title={`Theme: ${words[theme].toLowerCase()}`}>
      <Icon name={theme} />
      <VisuallyHidden>Theme</VisuallyHidden>
      <select value={theme} onChange={choose}>
        {themes.map((one) => (
          <option key={one} value={one}>
            {words[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
