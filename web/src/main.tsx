// Starts the page.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadOpenEnd } from "../../src/markdown/lexer.ts";
import { App } from "./App.tsx";
import { followTheme } from "./account/currentPreferences.ts";
import { session } from "./account/currentSession.ts";
import { arrive } from "./account/elsewhere.ts";
import { whenIdle } from "./browser.ts";
import { followAssistant } from "./languages/followAssistant.ts";
import { followLanguage } from "./languages/followLanguage.ts";
import { LanguageProvider } from "./languages/useStrings.ts";
import "./tokens.css";
import "./base.css";

followTheme();
arrive();
session.start();
// After the load, because the service worker downloads the whole page once more.
addEventListener("load", async () => (await import("./shell/version.ts")).followVersions());
// Not awaited at the top level: the module of another language imports this one, which would then
// never finish.
void Promise.all([followLanguage(), followAssistant()]).then(() =>
	createRoot(document.getElementById("root") as HTMLElement).render(
		<StrictMode>
			<LanguageProvider>
				<App />
			</LanguageProvider>
		</StrictMode>,
	),
);
// In time for the first streaming reply. Without it, unfinished Markdown shows its raw syntax.
whenIdle(() => void loadOpenEnd().catch(() => {}));
