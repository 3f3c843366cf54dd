// Starts the page.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { followTheme } from "./account/currentPreferences.ts";
import { session } from "./account/currentSession.ts";
import { whenIdle } from "./browser.ts";
import { followLanguage } from "./languages/followLanguage.ts";
import { LanguageProvider } from "./languages/useStrings.ts";
import { loadHealing } from "./markdown/healing.ts";
import "./tokens.css";
import "./base.css";

followTheme();
session.start();
// Whoever comes first comes first: the worker fetches the whole page once more.
addEventListener("load", async () => (await import("./shell/version.ts")).followVersions());
// Not awaited here: a language that is fetched needs this file to have run.
void followLanguage().then(() =>
	createRoot(document.getElementById("root") as HTMLElement).render(
		<StrictMode>
			<LanguageProvider>
				<App />
			</LanguageProvider>
		</StrictMode>,
	),
);
// Before somebody streams. Where it cannot be had, what is unfinished looks so.
whenIdle(() => void loadHealing().catch(() => {}));
