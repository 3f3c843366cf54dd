// The section of the settings with the devices on which a person is signed in, folded until somebody opens it.

import { type ToggleEvent, useState } from "react";
import type { SignedInDevice } from "../../../src/protocol/account/account.ts";
import { session } from "../account/currentSession.ts";
import { Problem } from "../controls/Problem.tsx";
import styles from "../settings/SettingsDialog.module.css";
import { AddDevice } from "./AddDevice.tsx";
import { devicesOf, signOutThere } from "./api.ts";
import { useWords } from "./words.ts";

/** `isGuest`: only guests add devices here. Others sign in there as they did here. */
export function Devices({ isGuest }: { isGuest: boolean }) {
	const words = useWords();
	const [devices, setDevices] = useState<readonly SignedInDevice[]>();
	const [problem, setProblem] = useState<string>();
	const load = async () => {
		const result = await session.call(devicesOf);
		if ("value" in result) setDevices(result.value.devices);
		setProblem("error" in result ? result.error.message : undefined);
	};
	const signOut = async (id: string) => {
		setProblem(await session.attempt((token) => signOutThere(token, id)));
		await load();
	};
	return (
		<details className={styles.part} onToggle={({ newState }: ToggleEvent) => newState === "open" && void load()}>
			<summary>{words.devices}</summary>
			<ul aria-label={words.devices} className={styles.tokens}>
				{devices?.map(({ id, device, lastSeenAt, isCurrent }) => {
					const name = words.on(device.browser, device.system);
					return (
						<li key={id}>
							<span>
								<bdi>{name}</bdi>
								<small>{isCurrent ? words.thisDevice : words.lastSeen(words.dayAndTime(lastSeenAt))}</small>
							</span>
							{!isCurrent && (
								<button type="button" aria-label={words.signOutOf(name)} onClick={() => signOut(id)}>
									{words.signOutThere}
								</button>
							)}
						</li>
					);
				})}
			</ul>
			{isGuest && devices && <AddDevice words={words} onAdded={load} />}
			<Problem className={styles.problem}>{problem}</Problem>
		</details>
	);
}
