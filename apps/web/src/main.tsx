import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './design/tokens.css';
import './design/base.css';
import { readDevice } from './accounts/device-name.ts';
import { App } from './app.tsx';
import { loadSpoken } from './i18n/language.tsx';
import { loadShell } from './shell/load-shell.ts';
import { Accounts } from './state/accounts.ts';
import { homeUrl } from './state/home.ts';
import { openKeptTexts } from './state/kept-texts.ts';
import { createSettings } from './state/settings.ts';

const settings = createSettings(openKeptTexts('localStorage'), navigator.languages);
const accounts = new Accounts({ gateUrl: homeUrl(), ...readDevice(navigator.userAgent) });
void accounts.restore();
// Whoever was here is likely to be here still.
if (accounts.expected) loadShell().catch(() => {});
const root = document.getElementById('root')!;
const spoken = await loadSpoken(settings.value.language).catch(() => undefined);

if (spoken) {
  createRoot(root).render(
    <StrictMode>
      <App accounts={accounts} settings={settings} spoken={spoken} />
    </StrictMode>,
  );
} else {
  // Without any words but those of index.html, whose link knows nothing of the place in the client.
  root.onclick = (event) => {
    event.preventDefault();
    location.reload();
  };
}
