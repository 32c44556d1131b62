import { type ChangeEvent, useState } from 'react';
import { Icon } from './Icon';
import styles from './ThemeSwitch.module.css';
import { readTheme, saveTheme, type Theme, themes } from './theme';
import { VisuallyHidden } from './VisuallyHidden';

const labels: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

/** A list to choose from, behind a drawing of what is chosen. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme);

  function handleChange(event: ChangeEvent<HTMLSelectElement>) {
    const selected = event.currentTarget.value as Theme;
    saveTheme(selected);
    setTheme(selected);
  }

  return (
    <label className={styles.theme} title={`Theme: ${labels[theme].toLowerCase()}`}>
      <Icon name={theme} />
      <VisuallyHidden>Theme</VisuallyHidden>
      <select value={theme} onChange={handleChange}>
        {themes.map((one) => (
          <option key={one} value={one}>
            {labels[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
