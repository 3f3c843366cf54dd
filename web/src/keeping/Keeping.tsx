// The section of the settings in which somebody who came as a guest keeps their account: passkeys, recovery codes, sign-ins with a
// provider, and the log of changes.

import { type ToggleEvent, useEffect, useState } from "react";
import type { AccountEvent, Passkey } from "../../../src/protocol/account/account.ts";
import { session } from "../account/currentSession.ts";
import { type SignInMethods, signInMethods } from "../api.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { Problem } from "../controls/Problem.tsx";
import styles from "../settings/SettingsDialog.module.css";
import { eventsOf, type Kept, removePasskey, renamePasskey, replaceCodes } from "./api.ts";
import { addressProblem, arePasskeysSupported } from "./browserPasskeys.ts";
import { Codes } from "./Codes.tsx";
import { Identities } from "./Identities.tsx";
import { addOne, confirmed } from "./steps.ts";
import { useWords, type Words } from "./words.ts";

type Asking = { about: "rename" | "remove"; passkey: Passkey } | { about: "codes" };

/** `onChange`: something was changed, so that `kept` is to be loaded again. */
export function Keeping({ kept, onChange }: { kept: Kept; onChange(): void }) {
	const words = useWords();
	const [codes, setCodes] = useState<readonly string[]>();
	const [asking, setAsking] = useState<Asking>();
	const [problem, setProblem] = useState<string>();
	const [isBusy, setIsBusy] = useState(false);
	const methods = useMethods();
	const { passkeys, recoveryCodes, identities } = kept;
	const isKept = passkeys.length > 0;
	const hasLog = isKept || identities.length > 0;

	const add = async () => {
		if (isBusy) return;
		setIsBusy(true);
		setProblem(undefined);
		const added = await addOne(words);
		setIsBusy(false);
		if ("problem" in added) return setProblem(added.problem);
		if (added.recoveryCodes) setCodes(added.recoveryCodes);
		onChange();
	};

	return (
		<section className={styles.part}>
			<h3>{words.keep}</h3>
			<p>{isKept ? words.kept : identities.length > 0 ? words.keptByIdentity : words.notKept}</p>
			{isKept && <Passkeys passkeys={passkeys} words={words} onAsk={setAsking} />}
			{methods?.passkey !== false && <AddButton words={words} label={isKept ? words.addAnother : words.add} isBusy={isBusy} onAdd={add} />}
			<Problem className={styles.problem}>{problem}</Problem>
			{codes && <Codes codes={codes} words={words} onDone={() => setCodes(undefined)} />}
			{isKept && !codes && <CodesLeft left={recoveryCodes} words={words} onAsk={setAsking} />}
			<Identities kept={kept} providers={methods?.oidc ?? []} words={words} onChange={onChange} />
			{hasLog && <Log words={words} key={JSON.stringify(kept)} />}
			{asking && (
				<Question
					asking={asking}
					isLast={passkeys.length === 1}
					words={words}
					onCodes={setCodes}
					onChange={onChange}
					onClose={() => setAsking(undefined)}
				/>
			)}
		</section>
	);
}

/** The ways to sign in that this deployment has, once they are known. */
function useMethods(): SignInMethods | undefined {
	const [methods, setMethods] = useState<SignInMethods>();
	useEffect(() => {
		void signInMethods().then((result) => "value" in result && setMethods(result.value));
	}, []);
	return methods;
}

function Passkeys({ passkeys, words, onAsk }: { passkeys: readonly Passkey[]; words: Words; onAsk(asking: Asking): void }) {
	return (
		<ul aria-label={words.passkeys} className={styles.tokens}>
			{passkeys.map((passkey) => {
				const { id, name, createdAt, lastUsedAt } = passkey;
				return (
					<li key={id}>
						<span>
							<bdi>{name}</bdi>
							<small>{words.added(words.dayAndTime(createdAt))}</small>
							{lastUsedAt !== undefined && <small>{words.lastUsed(words.dayAndTime(lastUsedAt))}</small>}
						</span>
						<span className={styles.buttons}>
							<button type="button" aria-label={words.renameOf(name)} onClick={() => onAsk({ about: "rename", passkey })}>
								{words.rename}
							</button>
							<button type="button" aria-label={words.removeOf(name)} onClick={() => onAsk({ about: "remove", passkey })}>
								{words.remove}
							</button>
						</span>
					</li>
				);
			})}
		</ul>
	);
}

function CodesLeft({ left, words, onAsk }: { left: number; words: Words; onAsk(asking: Asking): void }) {
	return (
		<p className={styles.buttons}>
			<span className={styles.grows}>
				<strong>{words.codes}</strong>
				<br />
				{left > 0 ? words.codesLeft(left) : words.noCodes}
			</span>
			<button type="button" onClick={() => onAsk({ about: "codes" })}>
				{words.newCodes}
			</button>
		</p>
	);
}

function AddButton({ words, label, isBusy, onAdd }: { words: Words; label: string; isBusy: boolean; onAdd(): void }) {
	const elsewhere = addressProblem(location);
	if (elsewhere)
		return (
			<p>
				{words.byNumber(location.hostname)}{" "}
				{elsewhere.instead === undefined ? words.openByName : <a href={elsewhere.instead}>{words.openInstead(elsewhere.instead)}</a>}
			</p>
		);
	if (!arePasskeysSupported()) return <p>{words.noSupport}</p>;
	return (
		<p className={styles.buttons}>
			<button type="button" aria-disabled={isBusy} onClick={onAdd}>
				{label}
			</button>
		</p>
	);
}

function Question({
	asking,
	isLast,
	words,
	onCodes,
	onChange,
	onClose,
}: {
	asking: Asking;
	isLast: boolean;
	words: Words;
	onCodes(codes: readonly string[]): void;
	onChange(): void;
	onClose(): void;
}) {
	/** Makes a change that may need a confirmation. Returns the reason if it failed. */
	const change = async <T,>(...[call, changed]: [Parameters<typeof confirmed<T>>[1], (value: T) => void]) => {
		const result = await confirmed(words, call);
		if ("problem" in result) return result.problem;
		if ("error" in result) return result.error.message;
		changed(result.value);
		onChange();
		return undefined;
	};
	switch (asking.about) {
		case "rename": {
			const { id, name } = asking.passkey;
			const rename = (form: FormData) =>
				change(
					(token) => renamePasskey(token, id, String(form.get("name")).trim()),
					() => {},
				);
			return (
				<Dialog title={words.renameTitle} action={words.save} act={rename} onClose={onClose}>
					<label htmlFor="passkey-name">{words.name}</label>
					<input id="passkey-name" name="name" defaultValue={name} required maxLength={64} autoComplete="off" dir="auto" />
				</Dialog>
			);
		}
		case "remove": {
			const { id, name } = asking.passkey;
			const remove = () =>
				change(
					(token) => removePasskey(token, id),
					() => {},
				);
			return (
				<Dialog title={words.removeTitle(name)} action={words.removeNow} isDanger act={remove} onClose={onClose}>
					<p>{words.removeText}</p>
					{isLast && <p>{words.removeLast}</p>}
				</Dialog>
			);
		}
		case "codes":
			return (
				<Dialog
					title={words.newCodesTitle}
					action={words.newCodesNow}
					act={() => change(replaceCodes, ({ recoveryCodes }) => onCodes(recoveryCodes))}
					onClose={onClose}
				>
					<p>{words.newCodesText}</p>
				</Dialog>
			);
		default:
			return asking satisfies never;
	}
}

function Log({ words }: { words: Words }) {
	const [events, setEvents] = useState<readonly AccountEvent[]>();
	const load = async () => {
		const result = await session.call(eventsOf);
		if ("value" in result) setEvents(result.value.events);
	};
	return (
		<details className={styles.log} onToggle={({ newState }: ToggleEvent) => newState === "open" && void load()}>
			<summary>{words.log}</summary>
			<ul aria-label={words.log} className={styles.tokens}>
				{events?.map(({ at, act, subject, device }) => (
					<li key={`${at} ${act}`}>
						<span>
							{words.acts[act]}
							{subject !== undefined && (
								<>
									: <bdi>{subject}</bdi>
								</>
							)}
							<small>{[words.dayAndTime(at), words.on(device.browser, device.system)].join(" · ")}</small>
						</span>
					</li>
				))}
			</ul>
		</details>
	);
}
