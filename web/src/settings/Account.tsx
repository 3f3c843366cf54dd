// The account section of the settings: change the name, sign out, erase everything.

import { useCallback, useEffect, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { isAccountId, isGuestId } from "../../../src/protocol/person.ts";
import { session, useSession } from "../account/currentSession.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { useLazy } from "../controls/useLazy.ts";
import { type Kept, keptOf } from "../keeping/api.ts";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./SettingsDialog.module.css";
import { useWords } from "./words.ts";

const loadKeeping = () => import("../keeping/Keeping.tsx");
const loadDevices = () => import("../keeping/Devices.tsx");
const DataDialog = lazyDialog(async () => (await import("./DataDialog.tsx")).DataDialog);
const SignOut = lazyDialog(async () => (await import("../keeping/SignOut.tsx")).SignOut);
const Erase = lazyDialog(async () => (await import("../keeping/Erase.tsx")).Erase);

type Props = { name: string; onClose(): void };

export function Account({ name }: { name: string }) {
	const state = useSession();
	const user = "user" in state ? state.user : undefined;
	const cameAsGuest = user !== undefined && isGuestId(user.id);
	const isGuest = cameAsGuest && !user.isAccount;
	const hasDevices = cameAsGuest || (user !== undefined && isAccountId(user.id));
	const keeping = useLazy(loadKeeping, cameAsGuest);
	const devices = useLazy(loadDevices, hasDevices);
	const [kept, loadKept] = useKept(cameAsGuest);
	const strings = useStrings();
	const words = useWords();
	const [open, setOpen] = useState<"rename" | "sign out" | "data" | "erase">();
	const close = () => setOpen(undefined);
	/** Without a sign-in, they are a guest again. */
	const changed = () => {
		loadKept();
		void session.renew();
	};
	return (
		<>
			<section className={styles.part}>
				<h3>{strings.account}</h3>
				<p>{isGuest ? strings.signedInAs(name) : strings.signedInAsAccount(name)}</p>
				<p className={styles.buttons}>
					{isGuest && (
						<button type="button" onClick={() => setOpen("rename")}>
							{strings.changeName}
						</button>
					)}
					<button
						type="button"
						onClick={() => {
							// Another device may have been added since.
							if (cameAsGuest) loadKept();
							setOpen("sign out");
						}}
					>
						{strings.signOut}
					</button>
					<button type="button" onClick={() => setOpen("data")}>
						{words.downloadData}
					</button>
					<button type="button" data-danger="true" onClick={() => setOpen("erase")}>
						{strings.eraseMe}
					</button>
				</p>
				{open === "rename" && <RenameDialog name={name} onClose={close} />}
				{open === "sign out" && <SignOut cameAsGuest={cameAsGuest} kept={kept} onClose={close} />}
				{open === "data" && <DataDialog onClose={close} />}
				{open === "erase" && <Erase name={name} onClose={close} />}
			</section>
			{keeping && kept && <keeping.Keeping kept={kept} onChange={changed} />}
			{devices && hasDevices && <devices.Devices isGuest={cameAsGuest} />}
		</>
	);
}

/** By what somebody who came as a guest keeps their account, and a function that loads it again. */
function useKept(cameAsGuest: boolean): [Kept | undefined, () => void] {
	const [kept, setKept] = useState<Kept>();
	const load = useCallback(async () => {
		const result = await session.call(keptOf);
		if ("value" in result) setKept(result.value);
	}, []);
	useEffect(() => {
		if (cameAsGuest) void load();
	}, [cameAsGuest, load]);
	return [kept, load];
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
