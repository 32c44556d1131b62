import { type ChangeEvent, useState } from 'react';
import { Icon } from './Icon';
import styles from './ThemeSwitch.module.css';
import { readTheme, saveTheme, type Theme, themes } from './theme';
import { VisuallyHidden } from './VisuallyHidden';

const labels: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' };

/** A list of themes behind the icon of the selected one. */
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
