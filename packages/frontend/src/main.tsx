import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client';
import { router } from './router';
import { applyTheme, readTheme } from './ui/theme';
import './styles/tokens.css';
import './styles/base.css';
import './styles/tones.css';
import './styles/print.css';

// Before the first paint, which waits for this script.
applyTheme(readTheme());

function start() {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no element #root');
  createRoot(root, {
    // The page shows a failure of the API with its reference. The console only gets bugs of the page.
    onCaughtError: (error) => {
      if (!(error instanceof ApiError)) console.error(error);
    },
  }).render(
    <StrictMode>
      <RouterProvider router={router} />
    </StrictMode>,
  );
}

// Lets the browser paint the header first. A hidden page is not painted, so it does not wait.
if (document.hidden) start();
else requestAnimationFrame(() => setTimeout(start));
