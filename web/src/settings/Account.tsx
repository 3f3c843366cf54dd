// The account section of the settings: change the name, sign out, erase everything.

import { useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { isGuestId } from "../../../src/protocol/person.ts";
import { session, useSession } from "../account/currentSession.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./SettingsDialog.module.css";

type Props = { name: string; onClose(): void };

export function Account({ name }: { name: string }) {
	const state = useSession();
	const isGuest = "user" in state && isGuestId(state.user.id);
	const strings = useStrings();
	const [open, setOpen] = useState<"rename" | "sign out" | "erase">();
	const close = () => setOpen(undefined);
	return (
		<section className={styles.part}>
			<h3>{strings.account}</h3>
			<p>{isGuest ? strings.signedInAs(name) : strings.signedInAsAccount(name)}</p>
			<p className={styles.buttons}>
				{isGuest && (
					<button type="button" onClick={() => setOpen("rename")}>
						{strings.changeName}
					</button>
				)}
				<button type="button" onClick={() => setOpen("sign out")}>
					{strings.signOut}
				</button>
				<button type="button" data-danger="true" onClick={() => setOpen("erase")}>
					{strings.eraseMe}
				</button>
			</p>
			{open === "rename" && <RenameDialog name={name} onClose={close} />}
			{open === "sign out" && (
				<Dialog title={strings.signOutTitle} action={strings.signOutNow} isDanger={isGuest} act={() => session.signOut()} onClose={close}>
					<p>{isGuest ? strings.signOutText : strings.signOutTextAccount}</p>
				</Dialog>
			)}
			{open === "erase" && <EraseDialog name={name} onClose={close} />}
		</section>
	);
}

function RenameDialog({ name, onClose }: Props) {
	const strings = useStrings();
	const rename = async (form: FormData) => {
		const newName = String(form.get("name")).trim();
		if (newName === name) return undefined;
		const refusal = await session.rename(newName);
		return refusal?.code === "bad_request" ? strings.nameRefused : refusal?.message;
	};
	return (
		<Dialog title={strings.changeNameTitle} action={strings.save} act={rename} onClose={onClose}>
			<label htmlFor="new-name">{strings.yourName}</label>
			<input id="new-name" name="name" defaultValue={name} required maxLength={limits.username} autoComplete="nickname" dir="auto" />
			<p className={styles.name}>{strings.changeNameText}</p>
		</Dialog>
	);
}

function EraseDialog({ name, onClose }: Props) {
	const strings = useStrings();
	const erase = (form: FormData) => (String(form.get("name")).trim() === name.trim() ? session.erase() : strings.notYourName);
	return (
		<Dialog title={strings.eraseTitle} action={strings.eraseNow} isDanger act={erase} onClose={onClose}>
			<p>{strings.eraseText}</p>
			<label htmlFor="erase-name" className={styles.name}>
				{strings.typeYourName(name)}
			</label>
			<input id="erase-name" name="name" autoComplete="off" dir="auto" />
		</Dialog>
	);
}
