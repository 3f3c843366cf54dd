// Adds a device to a guest's account: shows a link and its QR code, and asks whether the device that opened it is theirs.

import { useEffect, useState } from "react";
import type { Device } from "../../../src/protocol/account/account.ts";
import { session } from "../account/currentSession.ts";
import { clock } from "../browser.ts";
import { CopyField } from "../controls/CopyField.tsx";
import { Problem } from "../controls/Problem.tsx";
import styles from "../settings/SettingsDialog.module.css";
import { cancelDeviceLink, confirmDeviceLink, type DeviceLink, deviceLink, makeDeviceLink } from "./api.ts";
import { QrImage } from "./QrImage.tsx";
import { confirmed } from "./steps.ts";
import type { Words } from "./words.ts";

type OpenedLink = { code: string; device: Device };
type State = { type: "none"; said?: string } | { type: "made"; link: DeviceLink; opened?: OpenedLink };

/** In ms. */
const askEvery = 2_000;

export function AddDevice({ words, onAdded }: { words: Words; onAdded(): void }) {
	const [state, setState] = useState<State>({ type: "none" });
	const [problem, setProblem] = useState<string>();
	const link = state.type === "made" ? state.link : undefined;
	useOpened(state, setState, words);

	const make = async () => {
		setProblem(undefined);
		const made = await confirmed(words, makeDeviceLink);
		if ("value" in made) setState({ type: "made", link: made.value.link });
		else setProblem("problem" in made ? made.problem : made.error.message);
	};
	const decide = async (isTheirs: boolean) => {
		if (!link) return;
		const refusal = await session.attempt((token) => (isTheirs ? confirmDeviceLink(token, link.id) : cancelDeviceLink(token, link.id)));
		setState({ type: "none", said: refusal ?? (isTheirs ? words.deviceAdded : words.deviceRefused) });
		// The other device takes its turn within the time between two of its questions.
		if (isTheirs && refusal === undefined) clock.after(2 * askEvery, onAdded);
	};

	if (state.type === "none")
		return (
			<>
				<p className={styles.buttons}>
					<button type="button" onClick={make}>
						{words.addDevice}
					</button>
				</p>
				<p role="status">{state.said}</p>
				<Problem className={styles.problem}>{problem}</Problem>
			</>
		);
	return (
		<div className={styles.made} ref={bringIntoView} key={state.opened ? "opened" : "made"}>
			{state.opened ? (
				<Opened {...state.opened} words={words} onDecide={decide} />
			) : (
				<Link {...state.link} words={words} onCancel={() => decide(false)} />
			)}
		</div>
	);
}

/** Asks who has opened the link, until somebody has or it ends. */
function useOpened(state: State, setState: (state: State) => void, words: Words): void {
	const link = state.type === "made" ? state.link : undefined;
	const isOpened = state.type === "made" && state.opened !== undefined;

	useEffect(() => {
		if (!link || isOpened) return;
		let isCurrent = true;
		let cancel = () => {};
		const ask = async () => {
			const result = await session.call((token) => deviceLink(token, link.id));
			if (!isCurrent) return;
			if ("error" in result && result.error.code === "link_expired") return setState({ type: "none", said: words.linkOver });
			if ("value" in result && result.value.code !== undefined)
				return setState({ type: "made", link, opened: { code: result.value.code, device: result.value.device ?? {} } });
			cancel = clock.after(askEvery, ask);
		};
		cancel = clock.after(askEvery, ask);
		return () => {
			isCurrent = false;
			cancel();
		};
	}, [link, isOpened, setState, words]);
}

function Link({ url, words, onCancel }: { url: string; words: Words; onCancel(): void }) {
	return (
		<>
			<p>{words.addDeviceText}</p>
			<QrImage text={url} label={words.qrCode} />
			<CopyField label={words.link} text={url} />
			<p className={styles.buttons}>
				<button type="button" onClick={onCancel}>
					{words.cancel}
				</button>
			</p>
		</>
	);
}

function Opened({ code, device, words, onDecide }: OpenedLink & { words: Words; onDecide(isTheirs: boolean): void }) {
	return (
		<>
			<p role="status">
				{words.asks(words.on(device.browser, device.system))} <b>{words.sameCode(code)}</b>
			</p>
			<p className={styles.buttons}>
				<button type="button" onClick={() => onDecide(true)}>
					{words.allow}
				</button>
				<button type="button" onClick={() => onDecide(false)}>
					{words.refuse}
				</button>
			</p>
		</>
	);
}

function bringIntoView(element: HTMLElement | null): void {
	element?.scrollIntoView({ block: "center" });
}
