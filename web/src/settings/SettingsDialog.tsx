// What somebody sets for themselves, who they are here, and the ends of that.

import { useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { preferences, usePreferences } from "../account/currentPreferences.ts";
import { session } from "../account/currentSession.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { Modal } from "../controls/Modal.tsx";
import { languages } from "../languages/language.ts";
import { useStrings } from "../languages/useStrings.ts";
import { Choice } from "./Choice.tsx";
import { NotificationChoice } from "./NotificationChoice.tsx";
import styles from "./SettingsDialog.module.css";
import { Tokens } from "./Tokens.tsx";

const HelpDialog = lazyDialog(async () => (await import("../keyboard/HelpDialog.tsx")).HelpDialog);

const themes = ["system", "light", "dark"] as const;

export function SettingsDialog({ name, onClose }: { name: string; onClose(): void }) {
	const strings = useStrings();
	const { theme, language, enterSends, letterKeys } = usePreferences();
	const [isHelping, setIsHelping] = useState(false);
	const [asking, setAsking] = useState<"rename" | "sign out" | "erase">();
	const close = () => setAsking(undefined);
	const rename = (form: FormData) => {
		const given = String(form.get("name")).trim();
		return given === name ? undefined : session.rename(given);
	};
	return (
		<Modal title={strings.settings} onClose={onClose}>
			<Choice legend={strings.theme}>
				{themes.map((one) => (
					<label key={one}>
						<input type="radio" name="theme" checked={theme === one} onChange={() => preferences.change({ theme: one })} />
						{strings.themes[one]}
					</label>
				))}
			</Choice>
			<Choice legend={strings.language}>
				{(["system", ...languages] as const).map((one) => (
					<label key={one} lang={one === "system" ? undefined : one}>
						<input type="radio" name="language" checked={language === one} onChange={() => preferences.change({ language: one })} />
						{strings.languages[one]}
					</label>
				))}
			</Choice>
			<Choice legend={strings.enterKey}>
				{[true, false].map((sends) => (
					<label key={String(sends)}>
						<input type="radio" name="enter" checked={enterSends === sends} onChange={() => preferences.change({ enterSends: sends })} />
						{sends ? strings.enterSends : strings.enterBreaks}
					</label>
				))}
			</Choice>
			<NotificationChoice />
			<Choice legend={strings.letterKeys}>
				{[true, false].map((isOn) => (
					<label key={String(isOn)}>
						<input type="radio" name="letters" checked={letterKeys === isOn} onChange={() => preferences.change({ letterKeys: isOn })} />
						{isOn ? strings.letterKeysOn : strings.letterKeysOff}
					</label>
				))}
				<button type="button" onClick={() => setIsHelping(true)}>
					{strings.help}
				</button>
			</Choice>
			<section className={styles.part}>
				<h3>{strings.account}</h3>
				<p>{strings.signedInAs(name)}</p>
				<p className={styles.buttons}>
					<button type="button" onClick={() => setAsking("rename")}>
						{strings.changeName}
					</button>
					<button type="button" onClick={() => setAsking("sign out")}>
						{strings.signOut}
					</button>
					<button type="button" data-danger="true" onClick={() => setAsking("erase")}>
						{strings.eraseMe}
					</button>
				</p>
			</section>
			<Tokens />
			{asking === "rename" && (
				<Dialog title={strings.changeNameTitle} action={strings.save} act={rename} onClose={close}>
					<label htmlFor="new-name">{strings.yourName}</label>
					<input id="new-name" name="name" defaultValue={name} required maxLength={limits.username} autoComplete="nickname" dir="auto" />
					<p className={styles.name}>{strings.changeNameText}</p>
				</Dialog>
			)}
			{isHelping && <HelpDialog onClose={() => setIsHelping(false)} />}
			{asking === "sign out" && (
				<Dialog title={strings.signOutTitle} action={strings.signOutNow} isDanger act={() => session.signOut()} onClose={close}>
					<p>{strings.signOutText}</p>
				</Dialog>
			)}
			{asking === "erase" && (
				<Dialog
					title={strings.eraseTitle}
					action={strings.eraseNow}
					isDanger
					act={(form) => (String(form.get("name")).trim() === name.trim() ? session.erase() : strings.notYourName)}
					onClose={close}
				>
					<p>{strings.eraseText}</p>
					<label htmlFor="erase-name" className={styles.name}>
						{strings.typeYourName(name)}
					</label>
					<input id="erase-name" name="name" autoComplete="off" dir="auto" />
				</Dialog>
			)}
		</Modal>
	);
}
