// The settings dialog: preferences, the account and personal tokens.

import { useEffect, useState } from "react";
import { preferences, usePreferences } from "../account/currentPreferences.ts";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { Modal } from "../controls/Modal.tsx";
import { type Language, languages } from "../languages/language.ts";
import { useStrings } from "../languages/useStrings.ts";
import { SpendingPart } from "../money/SpendingPart.tsx";
import { Account } from "./Account.tsx";
import { Choice } from "./Choice.tsx";
import { NotificationChoice } from "./NotificationChoice.tsx";
import { Tokens } from "./Tokens.tsx";

const HelpDialog = lazyDialog(async () => (await import("../keyboard/HelpDialog.tsx")).HelpDialog);

const themes = ["system", "light", "dark"] as const;

/** Each language has its own name for itself. */
const ownNames: Record<Language, string> = { en: "English", de: "Deutsch", fr: "Français", es: "Español", ar: "العربية" };

export function SettingsDialog({ name, onClose }: { name: string; onClose(): void }) {
	const strings = useStrings();
	const { theme, density, language, enterSends } = usePreferences();
	useEffect(() => {
		if (location.hash === "#settings") history.replaceState(history.state, "", location.pathname + location.search);
	}, []);
	return (
		<Modal title={strings.settings} onClose={onClose}>
			<Choice
				legend={strings.theme}
				name="theme"
				options={themes.map((value) => ({ value, label: strings.themes[value] }))}
				chosen={theme}
				onChoose={(theme) => preferences.change({ theme })}
			/>
			<Choice
				legend={strings.density}
				name="density"
				options={(["comfortable", "compact"] as const).map((value) => ({ value, label: strings.densities[value] }))}
				chosen={density}
				onChoose={(density) => preferences.change({ density })}
			/>
			<Choice
				legend={strings.language}
				name="language"
				options={(["system", ...languages] as const).map((value) => ({
					value,
					label: value === "system" ? strings.languageOfDevice : ownNames[value],
					lang: value === "system" ? undefined : value,
				}))}
				chosen={language}
				onChoose={(language) => preferences.change({ language })}
			/>
			<Choice
				legend={strings.enterKey}
				name="enter"
				options={[
					{ value: true, label: strings.enterSends },
					{ value: false, label: strings.enterBreaks },
				]}
				chosen={enterSends}
				onChoose={(enterSends) => preferences.change({ enterSends })}
			/>
			<NotificationChoice />
			<LetterKeys />
			<Account name={name} />
			<SpendingPart />
			<Tokens />
		</Modal>
	);
}

function LetterKeys() {
	const strings = useStrings();
	const { letterKeys } = usePreferences();
	const [isHelpOpen, setIsHelpOpen] = useState(false);
	return (
		<Choice
			legend={strings.letterKeys}
			name="letters"
			options={[
				{ value: true, label: strings.letterKeysOn },
				{ value: false, label: strings.letterKeysOff },
			]}
			chosen={letterKeys}
			onChoose={(letterKeys) => preferences.change({ letterKeys })}
		>
			<button type="button" onClick={() => setIsHelpOpen(true)}>
				{strings.help}
			</button>
			{isHelpOpen && <HelpDialog onClose={() => setIsHelpOpen(false)} />}
		</Choice>
	);
}
